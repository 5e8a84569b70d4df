-- Down: create trigger

-- drop trigger g on t (metadata)
DROP TRIGGER "g";
