-- Up: rename column and new one takes its name

-- drop view names, to create it anew (metadata)
DROP VIEW "names";

-- rebuild table t (metadata)
CREATE TABLE "t__new" (
  id INTEGER PRIMARY KEY,
  full_name TEXT,
  name TEXT NOT NULL DEFAULT 'nick',
  v INT
);

-- copy the rows of t (rewrite)
INSERT INTO "t__new" ("id", "full_name", "v")
SELECT "id", "name", "v"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";

-- create index by_name again (scan)
CREATE INDEX by_name ON t (full_name);

-- create view names (metadata)
CREATE VIEW names AS SELECT id, name FROM t;
