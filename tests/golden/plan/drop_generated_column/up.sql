-- Up: drop generated column

-- drop column t.b (rewrite)
ALTER TABLE "t" DROP COLUMN "b";
