-- Up: table becomes view

-- drop table b (scan)
-- drop-table: The rows of b are lost
DROP TABLE "b";

-- create view b (metadata)
CREATE VIEW b AS SELECT x FROM a;
