-- Up: rename fts5

-- rename table find to search (metadata)
ALTER TABLE "find" RENAME TO "search";
