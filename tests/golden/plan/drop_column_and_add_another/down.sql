-- Down: drop column and add another
-- This does not bring back what up.sql took away:
-- The values of t.b are lost

-- drop column t.c (rewrite)
-- drop-column: The values of t.c are lost
ALTER TABLE "t" DROP COLUMN "c";

-- add column t.b (metadata)
ALTER TABLE "t" ADD COLUMN b;
