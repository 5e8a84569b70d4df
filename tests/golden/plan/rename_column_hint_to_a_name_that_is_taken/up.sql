-- Up: rename column hint to a name that is taken

-- drop column t.a (rewrite)
-- drop-column: The values of t.a are lost
ALTER TABLE "t" DROP COLUMN "a";
