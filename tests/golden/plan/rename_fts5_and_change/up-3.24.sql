-- Up: rename fts5 and change

-- set view found aside (metadata)
DROP VIEW "found";

-- rename table find to search (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "find" RENAME TO "search";
PRAGMA legacy_alter_table = off;

-- make search anew with other arguments (metadata)
CREATE VIRTUAL TABLE "search__new" USING fts5(body, tokenize='porter');

-- keep its options (metadata)
INSERT INTO "search__new" ("search__new", rank)
SELECT k, v
FROM "search_config"
WHERE k <> 'version';

-- copy its rows (rewrite)
INSERT INTO "search__new" (rowid, "body")
SELECT rowid, "body"
FROM "search";
DROP TABLE "search";
PRAGMA legacy_alter_table = on;
ALTER TABLE "search__new" RENAME TO "search";
PRAGMA legacy_alter_table = off;

-- create virtual table find using fts5 (metadata)
CREATE VIRTUAL TABLE find USING fts5(title);

-- create view found again (metadata)
CREATE VIEW found AS SELECT rowid, body FROM search;
