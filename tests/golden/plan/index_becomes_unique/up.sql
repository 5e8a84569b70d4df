-- Up: index becomes unique

-- drop index i on t, to create it anew (scan)
DROP INDEX "i";

-- create unique index i on t (scan)
CREATE UNIQUE INDEX i ON t (a);
