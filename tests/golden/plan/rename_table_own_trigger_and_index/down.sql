-- Down: rename table own trigger and index

-- rename table t to old_t (metadata)
ALTER TABLE "t" RENAME TO "old_t";
