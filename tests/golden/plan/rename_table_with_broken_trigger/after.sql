-- aludel: renamed from=old_t
CREATE TABLE t (a);
CREATE TABLE x (y);
CREATE TRIGGER broken AFTER INSERT ON x BEGIN INSERT INTO nowhere VALUES (1); END;
