-- Up: rename table own trigger and index

-- set trigger g on old_t aside (metadata)
DROP TRIGGER "g";

-- rename table old_t to t (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "old_t" RENAME TO "t";
PRAGMA legacy_alter_table = off;

-- create trigger g on t again (metadata)
CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;
