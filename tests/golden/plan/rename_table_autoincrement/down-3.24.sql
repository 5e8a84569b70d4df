-- Down: rename table autoincrement

-- rename table t to old_t (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "old_t";
PRAGMA legacy_alter_table = off;
