-- Down: change trigger

-- drop trigger g on t, to create it anew (metadata)
DROP TRIGGER "g";

-- create trigger g on t (metadata)
CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;
