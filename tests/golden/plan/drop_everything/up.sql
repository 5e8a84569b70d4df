-- Up: drop everything

-- drop view v (metadata)
DROP VIEW "v";

-- drop table c (scan)
-- drop-table: The rows of c are lost
DROP TABLE "c";

-- drop table p (scan)
-- drop-table: The rows of p are lost
DROP TABLE "p";
