-- Down: rename table own trigger and index

-- set trigger g on t aside (metadata)
DROP TRIGGER "g";

-- rename table t to old_t (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "old_t";
PRAGMA legacy_alter_table = off;

-- create trigger g on old_t again (metadata)
CREATE TRIGGER g AFTER INSERT ON old_t BEGIN SELECT 1; END;
