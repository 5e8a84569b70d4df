-- Up: create view

-- create view v (metadata)
CREATE VIEW v (x) AS SELECT a FROM t;
