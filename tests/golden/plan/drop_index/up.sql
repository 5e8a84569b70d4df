-- Up: drop index

-- drop index i on t (scan)
DROP INDEX "i";
