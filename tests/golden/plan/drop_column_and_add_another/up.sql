-- Up: drop column and add another

-- drop column t.b (rewrite)
-- drop-column: The values of t.b are lost
ALTER TABLE "t" DROP COLUMN "b";

-- add column t.c TEXT (metadata)
ALTER TABLE "t" ADD COLUMN c TEXT;
