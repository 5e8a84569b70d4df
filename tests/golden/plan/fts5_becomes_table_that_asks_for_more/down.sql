-- Down: fts5 becomes table that asks for more
-- This does not bring back what up.sql took away:
-- The content of docs is lost

-- make the virtual table docs using fts5 of the table docs (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "docs" RENAME TO "docs__old";
PRAGMA legacy_alter_table = off;

-- create virtual table docs using fts5 (metadata)
CREATE VIRTUAL TABLE docs USING fts5(title, body);

-- copy the rows of docs (rewrite)
-- drop-column: The values of docs.author are lost
INSERT INTO "docs" (rowid, "title")
SELECT "id", "title"
FROM "docs__old";
DROP TABLE "docs__old";
