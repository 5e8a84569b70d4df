-- Down: view change with rename

-- drop view v, to create it anew (metadata)
DROP VIEW "v";

-- set view w aside (metadata)
DROP VIEW "w";

-- rename column t.a to old_a (metadata)
ALTER TABLE "t" RENAME COLUMN "a" TO "old_a";

-- create view v (metadata)
CREATE VIEW v AS SELECT old_a FROM t;

-- create view w again (metadata)
CREATE VIEW w AS SELECT * FROM v;
