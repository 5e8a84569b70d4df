-- Up: add column nullable

-- add column t.b TEXT (metadata)
ALTER TABLE "t" ADD COLUMN b TEXT;
