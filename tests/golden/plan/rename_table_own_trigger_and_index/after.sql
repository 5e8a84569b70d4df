-- aludel: renamed from=old_t
CREATE TABLE t (a);
CREATE INDEX i ON t (a);
CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;
