CREATE VIRTUAL TABLE box USING rtree(id, x0, x1);
CREATE VIRTUAL TABLE other USING rtree(id, x0, x1);
