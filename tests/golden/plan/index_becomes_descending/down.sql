-- Down: index becomes descending

-- drop index i on t, to create it anew (scan)
DROP INDEX "i";

-- create index i on t (scan)
CREATE INDEX i ON t (a);
