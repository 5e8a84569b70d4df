-- aludel: sqlite>=3.26
-- Down: rebuild table that names itself with view

-- set trigger g on u aside (metadata)
DROP TRIGGER "g";

-- set view v aside (metadata)
DROP VIEW "v";

-- set view w aside (metadata)
DROP VIEW "w";

-- rebuild table t (metadata)
CREATE TABLE "t__new" (a INTEGER CHECK ("t__new".a > 0), b);

-- copy the rows of t (rewrite)
INSERT INTO "t__new" (rowid, "a", "b")
SELECT rowid, "a", "b"
FROM "t";

-- put the new table into the old one's place (scan)
DROP TABLE "t";
ALTER TABLE "t__new" RENAME TO "t";

-- create view v again (metadata)
CREATE VIEW v AS SELECT a FROM t;

-- create view w again (metadata)
CREATE VIEW w AS SELECT a FROM v;

-- create trigger g on u again (metadata)
CREATE TRIGGER g AFTER INSERT ON u BEGIN SELECT a FROM t; END;
