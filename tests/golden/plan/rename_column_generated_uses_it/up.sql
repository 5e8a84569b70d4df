-- Up: rename column generated uses it

-- rename column t.old_a to a (metadata)
ALTER TABLE "t" RENAME COLUMN "old_a" TO "a";
