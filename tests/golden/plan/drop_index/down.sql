-- Down: drop index

-- create index i on t (scan)
CREATE INDEX i ON t (a, b DESC);
