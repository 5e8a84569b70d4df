-- Up: rebuild without column leaves view broken

-- set trigger x on t aside (metadata)
DROP TRIGGER "x";

-- set view v aside (metadata)
DROP VIEW "v";

-- rebuild table t (metadata)
CREATE TABLE "t__new" (a INTEGER, c TEXT);

-- copy the rows of t (rewrite)
-- convert-values: Text in t.a that looks like a number becomes one: '007' becomes 7
-- drop-column: The values of t.b are lost
INSERT INTO "t__new" (rowid, "a", "c")
SELECT rowid, "a", "c"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";

-- create view v again (metadata)
CREATE VIEW v AS SELECT b FROM t;

-- create trigger x on t again (metadata)
CREATE TRIGGER x AFTER INSERT ON t BEGIN UPDATE t SET b = 1; END;
