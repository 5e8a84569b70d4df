-- Up: drop column whose name a view of both has

-- set view v aside (metadata)
DROP VIEW "v";

-- drop column t.b (rewrite)
-- drop-column: The values of t.b are lost
ALTER TABLE "t" DROP COLUMN "b";

-- create view v again (metadata)
CREATE VIEW v AS SELECT t.a, u.b FROM t, u;
