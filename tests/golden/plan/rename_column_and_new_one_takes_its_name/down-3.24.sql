-- Down: rename column and new one takes its name

-- drop view names, to create it anew (metadata)
DROP VIEW "names";

-- rebuild table t (metadata)
CREATE TABLE "t__new" (id INTEGER PRIMARY KEY, name TEXT, v INT);

-- copy the rows of t (rewrite)
-- drop-column: The values of t.name are lost
INSERT INTO "t__new" ("id", "name", "v")
SELECT "id", "full_name", "v"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";

-- create index by_name again (scan)
CREATE INDEX by_name ON t (name);

-- create view names (metadata)
CREATE VIEW names AS SELECT id, name FROM t;
