-- Up: fts5 gets a tokenizer

-- make f anew with other arguments (metadata)
CREATE VIRTUAL TABLE "f__new" USING fts5(title, body, tokenize = 'porter unicode61');

-- keep its options (metadata)
INSERT INTO "f__new" ("f__new", rank)
SELECT k, v
FROM "f_config"
WHERE k <> 'version';

-- copy its rows (rewrite)
INSERT INTO "f__new" (rowid, "title", "body")
SELECT rowid, "title", "body"
FROM "f";
DROP TABLE "f";
PRAGMA legacy_alter_table = on;
ALTER TABLE "f__new" RENAME TO "f";
PRAGMA legacy_alter_table = off;
