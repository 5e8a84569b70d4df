-- Down: index moves to another table

-- drop index i on u, to create it anew (scan)
DROP INDEX "i";

-- create index i on t (scan)
CREATE INDEX i ON t (a);
