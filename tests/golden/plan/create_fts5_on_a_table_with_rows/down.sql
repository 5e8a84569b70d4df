-- Down: create fts5 on a table with rows

-- drop virtual table f using fts5 (scan)
DROP TABLE "f";
