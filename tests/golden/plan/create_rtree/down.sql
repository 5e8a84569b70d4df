-- Down: create rtree

-- drop virtual table r using rtree (scan)
-- drop-virtual-table: What r holds of its own is lost
DROP TABLE "r";
