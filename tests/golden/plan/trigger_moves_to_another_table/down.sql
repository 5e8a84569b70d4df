-- Down: trigger moves to another table

-- drop trigger g on u, to create it anew (metadata)
DROP TRIGGER "g";

-- create trigger g on t (metadata)
CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;
