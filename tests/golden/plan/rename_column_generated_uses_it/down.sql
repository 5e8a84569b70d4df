-- Down: rename column generated uses it

-- rename column t.a to old_a (metadata)
ALTER TABLE "t" RENAME COLUMN "a" TO "old_a";
