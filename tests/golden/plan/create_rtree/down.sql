-- Down: create rtree

-- drop virtual table r using rtree (scan)
-- drop-virtual-table: The content of r is lost
DROP TABLE "r";
