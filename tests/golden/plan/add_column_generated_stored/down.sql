-- Down: add column generated stored

-- drop column t.b (rewrite)
ALTER TABLE "t" DROP COLUMN "b";
