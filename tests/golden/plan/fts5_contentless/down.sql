-- Down: fts5 contentless

-- drop virtual table f using fts5 (scan)
-- drop-virtual-table: The content of f is lost
DROP TABLE "f";
