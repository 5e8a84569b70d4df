-- Down: drop column named by view
-- This does not bring back what up.sql took away:
-- The values of t.b are lost

-- drop view v, to create it anew (metadata)
DROP VIEW "v";

-- add column t.b (metadata)
ALTER TABLE "t" ADD COLUMN b;

-- create view v (metadata)
CREATE VIEW v AS SELECT a, b FROM t;
