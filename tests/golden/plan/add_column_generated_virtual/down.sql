-- Down: add column generated virtual

-- drop column t.b (rewrite)
ALTER TABLE "t" DROP COLUMN "b";
