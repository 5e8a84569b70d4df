-- Down: drop two columns one rebuild
-- This does not bring back what up.sql took away:
-- The values of t.b are lost
-- The values of t.c are lost

-- add column t.c (metadata)
ALTER TABLE "t" ADD COLUMN c;

-- add column t.b (metadata)
ALTER TABLE "t" ADD COLUMN b;
