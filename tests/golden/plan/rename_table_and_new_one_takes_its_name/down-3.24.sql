-- Down: rename table and new one takes its name

-- drop trigger x on t_legacy, to create it anew (metadata)
DROP TRIGGER "x";

-- drop view names, to create it anew (metadata)
DROP VIEW "names";

-- drop table t (scan)
-- drop-table: The rows of t are lost
DROP TABLE "t";

-- rename table t_legacy to t (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t_legacy" RENAME TO "t";
PRAGMA legacy_alter_table = off;

-- rebuild table child (metadata)
CREATE TABLE "child__new" (t REFERENCES t);

-- copy the rows of child (rewrite)
INSERT INTO "child__new" (rowid, "t")
SELECT rowid, "t"
FROM "child";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "child" RENAME TO "child__old";
ALTER TABLE "child__new" RENAME TO "child";
PRAGMA legacy_alter_table = off;
DROP TABLE "child__old";

-- create index by_name on t (scan)
CREATE INDEX by_name ON t (name);

-- create view names (metadata)
CREATE VIEW names AS SELECT name FROM t;

-- create trigger x on t (metadata)
CREATE TRIGGER x AFTER INSERT ON t BEGIN DELETE FROM child WHERE t = new.id; END;
