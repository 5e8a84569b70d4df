-- Down: table becomes fts5

-- make the table docs of the virtual table docs using fts5 (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "docs" RENAME TO "docs__old";
PRAGMA legacy_alter_table = off;

-- create table docs (metadata)
CREATE TABLE docs (id INTEGER PRIMARY KEY, title TEXT, body TEXT);

-- copy the rows of docs (rewrite)
INSERT INTO "docs" ("id", "title", "body")
SELECT rowid, "title", "body"
FROM "docs__old";
DROP TABLE "docs__old";
