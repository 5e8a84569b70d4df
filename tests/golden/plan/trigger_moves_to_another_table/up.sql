-- Up: trigger moves to another table

-- drop trigger g on t, to create it anew (metadata)
DROP TRIGGER "g";

-- create trigger g on u (metadata)
CREATE TRIGGER g AFTER INSERT ON u BEGIN SELECT 1; END;
