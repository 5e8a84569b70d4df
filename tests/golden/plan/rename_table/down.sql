-- Down: rename table

-- rename table t to old_t (metadata)
ALTER TABLE "t" RENAME TO "old_t";
