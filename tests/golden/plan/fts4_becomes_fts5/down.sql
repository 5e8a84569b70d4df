-- Down: fts4 becomes fts5

-- make notes anew with other arguments (metadata)
CREATE VIRTUAL TABLE "notes__new" USING fts4(title TEXT, "the body", tokenize=porter);

-- copy its rows (rewrite)
INSERT INTO "notes__new" (rowid, "title", "the body")
SELECT rowid, "title", "the body"
FROM "notes";
DROP TABLE "notes";
PRAGMA legacy_alter_table = on;
ALTER TABLE "notes__new" RENAME TO "notes";
PRAGMA legacy_alter_table = off;

-- make the virtual table old_words using fts3 of the table old_words (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "old_words" RENAME TO "old_words__old";
PRAGMA legacy_alter_table = off;

-- create virtual table old_words using fts3 (metadata)
CREATE VIRTUAL TABLE old_words USING fts3(tokenize porter);

-- copy the rows of old_words (rewrite)
INSERT INTO "old_words" (rowid, "content")
SELECT "id", "content"
FROM "old_words__old";
DROP TABLE "old_words__old";
