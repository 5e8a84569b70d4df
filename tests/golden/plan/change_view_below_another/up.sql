-- Up: change view below another

-- drop view v, to create it anew (metadata)
DROP VIEW "v";

-- create view v (metadata)
CREATE VIEW v AS SELECT a, b FROM t;
