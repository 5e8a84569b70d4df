-- Up: rename table with view and trigger

-- rename table old_t to t (metadata)
ALTER TABLE "old_t" RENAME TO "t";
