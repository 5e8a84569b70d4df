-- Down: rename table with broken trigger

-- set trigger broken on x aside (metadata)
DROP TRIGGER "broken";

-- rename table t to old_t (metadata)
ALTER TABLE "t" RENAME TO "old_t";

-- create trigger broken on x again (metadata)
CREATE TRIGGER broken AFTER INSERT ON x BEGIN INSERT INTO nowhere VALUES (1); END;
