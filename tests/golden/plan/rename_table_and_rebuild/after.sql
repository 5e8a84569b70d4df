-- aludel: renamed from=old_t
CREATE TABLE t (a VARCHAR(9), b);
CREATE INDEX i ON t (b);
