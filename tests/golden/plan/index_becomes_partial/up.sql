-- Up: index becomes partial

-- drop index i on t, to create it anew (scan)
DROP INDEX "i";

-- create index i on t (scan)
CREATE INDEX i ON t (a) WHERE b IS NOT NULL;
