-- Down: add column and index on it

-- drop index t_b on t (scan)
DROP INDEX "t_b";

-- drop column t.b (rewrite)
-- drop-column: The values of t.b are lost
ALTER TABLE "t" DROP COLUMN "b";
