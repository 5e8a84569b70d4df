-- Up: add column named rowid

-- add column t.rowid TEXT (metadata)
ALTER TABLE "t" ADD COLUMN rowid TEXT;
