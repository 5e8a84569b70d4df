-- aludel: renamed from=old_t
CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT);
