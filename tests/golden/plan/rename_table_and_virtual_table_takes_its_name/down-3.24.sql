-- Down: rename table and virtual table takes its name

-- drop virtual table docs using fts5 (scan)
DROP TABLE "docs";

-- rename table doc to docs (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "doc" RENAME TO "docs";
PRAGMA legacy_alter_table = off;
