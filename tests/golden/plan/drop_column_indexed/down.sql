-- Down: drop column indexed
-- This does not bring back what up.sql took away:
-- The values of t.b are lost

-- drop index t_b on t, to create it anew (scan)
DROP INDEX "t_b";

-- drop column t.b2 (rewrite)
-- drop-column: The values of t.b2 are lost
ALTER TABLE "t" DROP COLUMN "b2";

-- add column t.b (metadata)
ALTER TABLE "t" ADD COLUMN b;

-- create index t_b on t (scan)
CREATE INDEX t_b ON t (b);
