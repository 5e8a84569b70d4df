-- Up: add column collate

-- add column t.b TEXT COLLATE NOCASE (metadata)
ALTER TABLE "t" ADD COLUMN b TEXT COLLATE NOCASE;
