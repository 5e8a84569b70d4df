-- Down: drop view with instead of trigger

-- create view v (metadata)
CREATE VIEW v AS SELECT a FROM t;

-- create trigger g on v (metadata)
CREATE TRIGGER g INSTEAD OF DELETE ON v BEGIN SELECT 1; END;
