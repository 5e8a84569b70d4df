-- Up: excluded table

-- add column t.b (metadata)
ALTER TABLE "t" ADD COLUMN b;
