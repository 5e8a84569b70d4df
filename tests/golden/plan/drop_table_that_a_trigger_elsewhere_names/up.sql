-- Up: drop table that a trigger elsewhere names

-- drop table b (scan)
-- drop-table: The rows of b are lost
DROP TABLE "b";
