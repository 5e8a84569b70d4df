-- Down: change view with instead of trigger

-- drop view v, to create it anew (metadata)
DROP VIEW "v";

-- create view v (metadata)
CREATE VIEW v AS SELECT a FROM t;

-- create trigger g on v again (metadata)
CREATE TRIGGER g INSTEAD OF DELETE ON v BEGIN SELECT 1; END;
