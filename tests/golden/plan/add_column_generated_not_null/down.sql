-- Down: add column generated not null

-- drop column t.b (rewrite)
ALTER TABLE "t" DROP COLUMN "b";
