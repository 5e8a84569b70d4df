-- Up: rename table with broken trigger

-- set trigger broken on x aside (metadata)
DROP TRIGGER "broken";

-- rename table old_t to t (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "old_t" RENAME TO "t";
PRAGMA legacy_alter_table = off;

-- create trigger broken on x again (metadata)
CREATE TRIGGER broken AFTER INSERT ON x BEGIN INSERT INTO nowhere VALUES (1); END;
