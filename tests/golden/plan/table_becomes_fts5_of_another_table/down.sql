-- Down: table becomes fts5 of another table
-- This does not bring back what up.sql took away:
-- The rows of find are lost

-- drop virtual table find using fts5 (scan)
DROP TABLE "find";

-- create table find (metadata)
-- aludel: allow-loss=find becomes a table
CREATE TABLE find (body TEXT);
