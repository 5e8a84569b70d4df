-- Down: application function in view and trigger
-- This does not bring back what up.sql took away:
-- The values of t.b are lost

-- add column t.b (metadata)
ALTER TABLE "t" ADD COLUMN b;
