-- Up: rename table and virtual table takes its name

-- rename table docs to doc (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "docs" RENAME TO "doc";
PRAGMA legacy_alter_table = off;

-- create virtual table docs using fts5 (metadata)
CREATE VIRTUAL TABLE docs USING fts5(body, content='doc', content_rowid='id');

-- index the rows that are there in docs (rewrite)
INSERT INTO "docs" ("docs") VALUES ('rebuild');
