-- Up: add column strict

-- add column t.b TEXT NOT NULL DEFAULT 'x' (scan)
ALTER TABLE "t" ADD COLUMN b TEXT NOT NULL DEFAULT 'x';
