-- Down: table becomes view
-- This does not bring back what up.sql took away:
-- The rows of b are lost

-- drop view b (metadata)
DROP VIEW "b";

-- create table b (metadata)
CREATE TABLE b (x);
