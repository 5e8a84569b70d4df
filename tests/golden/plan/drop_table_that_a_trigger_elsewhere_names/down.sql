-- Down: drop table that a trigger elsewhere names
-- This does not bring back what up.sql took away:
-- The rows of b are lost

-- create table b (metadata)
CREATE TABLE b (y);
