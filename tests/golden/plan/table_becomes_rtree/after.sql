CREATE VIRTUAL TABLE box USING rtree(id, x0, x1, +label);
CREATE VIEW wide AS SELECT id FROM box WHERE x1 - x0 > 10;
