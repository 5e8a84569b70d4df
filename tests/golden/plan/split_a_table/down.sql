-- Down: split a table
-- This does not bring back what up.sql took away:
-- The values of t.b are lost
-- The values of t.c are lost

-- add column t.c (metadata)
ALTER TABLE "t" ADD COLUMN c;

-- add column t.b (metadata)
ALTER TABLE "t" ADD COLUMN b;

-- drop table u (scan)
-- drop-table: The rows of u are lost
DROP TABLE "u";
