-- Up: rename column everywhere

-- set view v aside (metadata)
DROP VIEW "v";

-- rebuild table t (metadata)
CREATE TABLE "t__new" (id INTEGER PRIMARY KEY,
  a TEXT CHECK (a <> ''), UNIQUE (a));

-- copy the rows of t (rewrite)
INSERT INTO "t__new" ("id", "a")
SELECT "id", "old_a"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";

-- create index i again (scan)
CREATE INDEX i ON t (a) WHERE a > 'b';

-- rebuild table c (metadata)
CREATE TABLE "c__new" (x REFERENCES t (a));

-- copy the rows of c (rewrite)
INSERT INTO "c__new" (rowid, "x")
SELECT rowid, "x"
FROM "c";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "c" RENAME TO "c__old";
ALTER TABLE "c__new" RENAME TO "c";
PRAGMA legacy_alter_table = off;
DROP TABLE "c__old";

-- create view v again (metadata)
CREATE VIEW v AS SELECT a FROM t;
