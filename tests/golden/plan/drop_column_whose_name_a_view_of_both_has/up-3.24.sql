-- Up: drop column whose name a view of both has

-- set view v aside (metadata)
DROP VIEW "v";

-- rebuild table t (metadata)
CREATE TABLE "t__new" (a);

-- copy the rows of t (rewrite)
-- drop-column: The values of t.b are lost
INSERT INTO "t__new" (rowid, "a")
SELECT rowid, "a"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";

-- create view v again (metadata)
CREATE VIEW v AS SELECT t.a, u.b FROM t, u;
