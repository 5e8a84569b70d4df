-- Up: drop column indexed

-- drop index t_b on t, to create it anew (scan)
DROP INDEX "t_b";

-- drop column t.b (rewrite)
-- drop-column: The values of t.b are lost
ALTER TABLE "t" DROP COLUMN "b";

-- add column t.b2 (metadata)
ALTER TABLE "t" ADD COLUMN b2;

-- create index t_b on t (scan)
CREATE INDEX t_b ON t (b2);
