-- Down: rename table with broken trigger

-- set trigger broken on x aside (metadata)
DROP TRIGGER "broken";

-- rename table t to old_t (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "old_t";
PRAGMA legacy_alter_table = off;

-- create trigger broken on x again (metadata)
CREATE TRIGGER broken AFTER INSERT ON x BEGIN INSERT INTO nowhere VALUES (1); END;
