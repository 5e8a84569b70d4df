-- Up: view becomes table

-- drop view b (metadata)
DROP VIEW "b";

-- create table b (metadata)
CREATE TABLE b (x);
