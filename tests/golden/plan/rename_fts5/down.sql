-- Down: rename fts5

-- rename table search to find (metadata)
ALTER TABLE "search" RENAME TO "find";
