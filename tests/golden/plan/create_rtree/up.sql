-- Up: create rtree

-- create virtual table r using rtree (metadata)
CREATE VIRTUAL TABLE r USING rtree(id, x0, x1);
