-- Up: rename table and column

-- rename table old_t to t (metadata)
ALTER TABLE "old_t" RENAME TO "t";

-- rename column t.old_a to a (metadata)
ALTER TABLE "t" RENAME COLUMN "old_a" TO "a";
