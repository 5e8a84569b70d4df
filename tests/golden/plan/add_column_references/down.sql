-- Down: add column references

-- drop column t.p (rewrite)
-- drop-column: The values of t.p are lost
ALTER TABLE "t" DROP COLUMN "p";
