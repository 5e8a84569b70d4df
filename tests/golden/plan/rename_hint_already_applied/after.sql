-- aludel: renamed from=old_t
CREATE TABLE t (a, b);
CREATE TABLE u (x);
