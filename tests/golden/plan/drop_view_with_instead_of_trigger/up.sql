-- Up: drop view with instead of trigger

-- drop trigger g on v (metadata)
DROP TRIGGER "g";

-- drop view v (metadata)
DROP VIEW "v";
