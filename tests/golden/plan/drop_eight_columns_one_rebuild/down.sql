-- Down: drop eight columns one rebuild
-- This does not bring back what up.sql took away:
-- The values of t.b are lost
-- The values of t.c are lost
-- The values of t.d are lost
-- The values of t.e are lost
-- The values of t.f are lost
-- The values of t.g are lost
-- The values of t.h are lost
-- The values of t.i are lost

-- add column t.i (metadata)
ALTER TABLE "t" ADD COLUMN i;

-- add column t.h (metadata)
ALTER TABLE "t" ADD COLUMN h;

-- add column t.g (metadata)
ALTER TABLE "t" ADD COLUMN g;

-- add column t.f (metadata)
ALTER TABLE "t" ADD COLUMN f;

-- add column t.e (metadata)
ALTER TABLE "t" ADD COLUMN e;

-- add column t.d (metadata)
ALTER TABLE "t" ADD COLUMN d;

-- add column t.c (metadata)
ALTER TABLE "t" ADD COLUMN c;

-- add column t.b (metadata)
ALTER TABLE "t" ADD COLUMN b;
