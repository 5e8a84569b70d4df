-- Down: fts5 contentless

-- drop virtual table f using fts5 (scan)
-- drop-virtual-table: What f holds of its own is lost
DROP TABLE "f";
