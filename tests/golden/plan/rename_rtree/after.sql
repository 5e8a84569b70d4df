-- aludel: renamed from=box
CREATE VIRTUAL TABLE area USING rtree(id, x0, x1);
CREATE VIRTUAL TABLE other USING rtree(id, x0, x1);
