-- Up: drop table

-- drop table b (scan)
-- drop-table: The rows of b are lost
DROP TABLE "b";
