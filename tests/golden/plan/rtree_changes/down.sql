-- Down: rtree changes
-- This does not bring back what up.sql took away:
-- What r holds of its own is lost

-- drop virtual table r using rtree (scan)
-- drop-virtual-table: What r holds of its own is lost
DROP TABLE "r";

-- create virtual table r using rtree (metadata)
-- aludel: allow-loss=r made anew with other arguments
CREATE VIRTUAL TABLE r USING rtree(id, x0, x1);
