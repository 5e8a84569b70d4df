-- Down: rename column hint to a name that is taken
-- This does not bring back what up.sql took away:
-- The values of t.a are lost

-- add column t.a TEXT (metadata)
ALTER TABLE "t" ADD COLUMN a TEXT;
