-- Up: add column not null default

-- add column t.b TEXT NOT NULL DEFAULT 'it''s' (metadata)
ALTER TABLE "t" ADD COLUMN b TEXT NOT NULL DEFAULT 'it''s';
