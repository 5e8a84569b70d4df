-- Down: drop table with index and trigger
-- This does not bring back what up.sql took away:
-- The rows of b are lost

-- create table b (metadata)
CREATE TABLE b (y);

-- create index i on b (scan)
CREATE INDEX i ON b (y);

-- create trigger g on b (metadata)
CREATE TRIGGER g AFTER INSERT ON b BEGIN SELECT 1; END;
