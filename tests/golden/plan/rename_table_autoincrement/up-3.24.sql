-- Up: rename table autoincrement

-- rename table old_t to t (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "old_t" RENAME TO "t";
PRAGMA legacy_alter_table = off;
