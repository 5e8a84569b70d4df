-- Down: create fts5

-- drop virtual table f using fts5 (scan)
-- drop-virtual-table: What f holds of its own is lost
DROP TABLE "f";
