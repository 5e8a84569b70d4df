-- Up: rename table with children

-- rename table old_p to p (metadata)
ALTER TABLE "old_p" RENAME TO "p";
