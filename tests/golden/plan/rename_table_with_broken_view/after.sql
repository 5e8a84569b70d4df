-- aludel: renamed from=old_t
CREATE TABLE t (a);
CREATE VIEW broken AS SELECT * FROM nowhere;
