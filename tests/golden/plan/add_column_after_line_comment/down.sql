-- Down: add column after line comment

-- drop column t.c (rewrite)
-- drop-column: The values of t.c are lost
ALTER TABLE "t" DROP COLUMN "c";
