-- Up: rename table own trigger and index

-- rename table old_t to t (metadata)
ALTER TABLE "old_t" RENAME TO "t";
