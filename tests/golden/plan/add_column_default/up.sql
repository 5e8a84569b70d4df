-- Up: add column default

-- add column t.b INTEGER DEFAULT -1 (metadata)
ALTER TABLE "t" ADD COLUMN b INTEGER DEFAULT -1;
