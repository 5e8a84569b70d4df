-- Up: rename column with nested views

-- drop view w, to create it anew (metadata)
DROP VIEW "w";

-- set view v aside (metadata)
DROP VIEW "v";

-- rebuild table t (metadata)
CREATE TABLE "t__new" (
  a, b);

-- copy the rows of t (rewrite)
INSERT INTO "t__new" (rowid, "a", "b")
SELECT rowid, "old_a", "b"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";

-- create view v again (metadata)
CREATE VIEW v AS SELECT a FROM t;

-- create view w (metadata)
CREATE VIEW w AS SELECT a FROM v;
