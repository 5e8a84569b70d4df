-- Down: drop parent and reference
-- This does not bring back what up.sql took away:
-- The values of c.p are lost
-- The rows of p are lost

-- add column c.p (metadata)
ALTER TABLE "c" ADD COLUMN p REFERENCES p ON DELETE CASCADE;

-- create table p (metadata)
CREATE TABLE p (id INTEGER PRIMARY KEY);
