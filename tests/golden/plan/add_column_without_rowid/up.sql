-- Up: add column without rowid

-- add column t.b TEXT (metadata)
ALTER TABLE "t" ADD COLUMN b TEXT;
