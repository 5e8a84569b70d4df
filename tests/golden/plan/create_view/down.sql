-- Down: create view

-- drop view v (metadata)
DROP VIEW "v";
