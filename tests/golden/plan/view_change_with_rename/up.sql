-- Up: view change with rename

-- drop view v, to create it anew (metadata)
DROP VIEW "v";

-- set view w aside (metadata)
DROP VIEW "w";

-- rename column t.old_a to a (metadata)
ALTER TABLE "t" RENAME COLUMN "old_a" TO "a";

-- create view v (metadata)
CREATE VIEW v AS SELECT a, b FROM t;

-- create view w again (metadata)
CREATE VIEW w AS SELECT * FROM v;
