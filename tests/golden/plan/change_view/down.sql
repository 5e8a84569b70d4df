-- Down: change view

-- drop view v, to create it anew (metadata)
DROP VIEW "v";

-- create view v (metadata)
CREATE VIEW v AS SELECT a FROM t;
