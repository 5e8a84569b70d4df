-- Up: fts4 becomes fts5

-- make the table old_words of the virtual table old_words using fts3 (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "old_words" RENAME TO "old_words__old";
PRAGMA legacy_alter_table = off;

-- create table old_words (metadata)
CREATE TABLE old_words (id INTEGER PRIMARY KEY, content TEXT);

-- copy the rows of old_words (rewrite)
INSERT INTO "old_words" ("id", "content")
SELECT rowid, "content"
FROM "old_words__old";
DROP TABLE "old_words__old";

-- make notes anew with other arguments (metadata)
CREATE VIRTUAL TABLE "notes__new" USING fts5(title, "the body", tokenize='porter');

-- copy its rows (rewrite)
INSERT INTO "notes__new" (rowid, "title", "the body")
SELECT rowid, "title", "the body"
FROM "notes";
DROP TABLE "notes";
PRAGMA legacy_alter_table = on;
ALTER TABLE "notes__new" RENAME TO "notes";
PRAGMA legacy_alter_table = off;
