-- Down: create tables in a circle

-- drop table b (scan)
-- drop-table: The rows of b are lost
DROP TABLE "b";

-- drop table a (scan)
-- drop-table: The rows of a are lost
DROP TABLE "a";
