-- Up: rename hint already applied

-- add column t.b (metadata)
ALTER TABLE "t" ADD COLUMN b;
