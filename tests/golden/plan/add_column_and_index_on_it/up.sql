-- Up: add column and index on it

-- add column t.b TEXT (metadata)
ALTER TABLE "t" ADD COLUMN b TEXT;

-- create index t_b on t (scan)
CREATE INDEX t_b ON t (b);
