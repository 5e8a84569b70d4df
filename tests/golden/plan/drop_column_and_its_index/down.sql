-- Down: drop column and its index
-- This does not bring back what up.sql took away:
-- The values of t.b are lost

-- add column t.b (metadata)
ALTER TABLE "t" ADD COLUMN b;

-- create index t_b on t (scan)
CREATE INDEX t_b ON t (b);
