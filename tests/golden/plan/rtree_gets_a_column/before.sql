CREATE VIRTUAL TABLE r USING rtree(id, x0, x1, +label TEXT);
