-- Down: drop column with default
-- This does not bring back what up.sql took away:
-- The values of t.b are lost

-- add column t.b TEXT NOT NULL DEFAULT 'x' (metadata)
ALTER TABLE "t" ADD COLUMN b TEXT NOT NULL DEFAULT 'x';
