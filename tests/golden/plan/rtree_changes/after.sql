CREATE VIRTUAL TABLE r USING rtree(id, x0, x1, y0, y1);
