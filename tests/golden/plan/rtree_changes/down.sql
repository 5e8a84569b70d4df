-- Down: rtree changes
-- This does not bring back what up.sql took away:
-- The content of r is lost

-- drop virtual table r using rtree (scan)
-- drop-virtual-table: The content of r is lost
DROP TABLE "r";

-- create virtual table r using rtree (metadata)
-- aludel: allow-loss=r created again with other arguments
CREATE VIRTUAL TABLE r USING rtree(id, x0, x1);
