-- Down: rename column named rowid

-- set view v aside (metadata)
DROP VIEW "v";

-- rebuild table keyed (metadata)
CREATE TABLE "keyed__new" (oid TEXT PRIMARY KEY, b) WITHOUT ROWID;

-- copy the rows of keyed (rewrite)
INSERT INTO "keyed__new" ("oid", "b")
SELECT "oid", "rowid"
FROM "keyed";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "keyed" RENAME TO "keyed__old";
ALTER TABLE "keyed__new" RENAME TO "keyed";
PRAGMA legacy_alter_table = off;
DROP TABLE "keyed__old";

-- rebuild table t (metadata)
CREATE TABLE "t__new" (a INTEGER, rowid TEXT);

-- copy the rows of t (rewrite)
INSERT INTO "t__new" (_rowid_, "a", "rowid")
SELECT rowid, "a", "number"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";

-- create index i again (scan)
CREATE INDEX i ON t (rowid);

-- create view v again (metadata)
CREATE VIEW v AS SELECT rowid AS x FROM t;
