-- Down: drop column with reference
-- This does not bring back what up.sql took away:
-- The values of t.p are lost

-- add column t.p (metadata)
ALTER TABLE "t" ADD COLUMN p REFERENCES p (id);
