-- Down: rename table with children

-- rename table p to old_p (metadata)
ALTER TABLE "p" RENAME TO "old_p";
