-- Up: view change with rename

-- drop view v, to create it anew (metadata)
DROP VIEW "v";

-- set view w aside (metadata)
DROP VIEW "w";

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

-- create view v (metadata)
CREATE VIEW v AS SELECT a, b FROM t;

-- create view w again (metadata)
CREATE VIEW w AS SELECT * FROM v;
