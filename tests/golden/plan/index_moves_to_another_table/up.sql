-- Up: index moves to another table

-- drop index i on t, to create it anew (scan)
DROP INDEX "i";

-- create index i on u (scan)
CREATE INDEX i ON u (a);
