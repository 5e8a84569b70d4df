-- Down: rename table and column

-- rename table t to old_t (metadata)
ALTER TABLE "t" RENAME TO "old_t";

-- rename column old_t.a to old_a (metadata)
ALTER TABLE "old_t" RENAME COLUMN "a" TO "old_a";
