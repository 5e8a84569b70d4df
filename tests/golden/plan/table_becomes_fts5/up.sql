-- Up: table becomes fts5

-- make the virtual table docs using fts5 of the table docs (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "docs" RENAME TO "docs__old";
PRAGMA legacy_alter_table = off;

-- create virtual table docs using fts5 (metadata)
CREATE VIRTUAL TABLE docs USING fts5(title, body);

-- copy the rows of docs (rewrite)
INSERT INTO "docs" (rowid, "title", "body")
SELECT "id", "title", "body"
FROM "docs__old";
DROP TABLE "docs__old";
