-- Down: rename table and new one takes its name

-- drop trigger x on t_legacy, to create it anew (metadata)
DROP TRIGGER "x";

-- drop view names, to create it anew (metadata)
DROP VIEW "names";

-- drop table t (scan)
-- drop-table: The rows of t are lost
DROP TABLE "t";

-- rename table t_legacy to t (metadata)
ALTER TABLE "t_legacy" RENAME TO "t";

-- create index by_name on t (scan)
CREATE INDEX by_name ON t (name);

-- create view names (metadata)
CREATE VIEW names AS SELECT name FROM t;

-- create trigger x on t (metadata)
CREATE TRIGGER x AFTER INSERT ON t BEGIN DELETE FROM child WHERE t = new.id; END;
