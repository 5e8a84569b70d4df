-- Down: rename fts5 and change

-- set view found aside (metadata)
DROP VIEW "found";

-- drop virtual table find using fts5 (scan)
-- drop-virtual-table: The content of find is lost
DROP TABLE "find";

-- rename table search to find (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "search" RENAME TO "find";
PRAGMA legacy_alter_table = off;

-- make find anew with other arguments (metadata)
CREATE VIRTUAL TABLE "find__new" USING fts5(body);

-- keep its options (metadata)
INSERT INTO "find__new" ("find__new", rank)
SELECT k, v
FROM "find_config"
WHERE k <> 'version';

-- copy its rows (rewrite)
INSERT INTO "find__new" (rowid, "body")
SELECT rowid, "body"
FROM "find";
DROP TABLE "find";
PRAGMA legacy_alter_table = on;
ALTER TABLE "find__new" RENAME TO "find";
PRAGMA legacy_alter_table = off;

-- create view found again (metadata)
CREATE VIEW found AS SELECT rowid, body FROM find;
