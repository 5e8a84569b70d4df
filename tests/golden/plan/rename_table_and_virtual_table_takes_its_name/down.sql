-- Down: rename table and virtual table takes its name

-- drop virtual table docs using fts5 (scan)
DROP TABLE "docs";

-- rename table doc to docs (metadata)
ALTER TABLE "doc" RENAME TO "docs";
