-- Up: drop column named by view

-- drop view v, to create it anew (metadata)
DROP VIEW "v";

-- drop column t.b (rewrite)
-- drop-column: The values of t.b are lost
ALTER TABLE "t" DROP COLUMN "b";

-- create view v (metadata)
CREATE VIEW v AS SELECT a FROM t;
