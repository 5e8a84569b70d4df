-- Up: add column true default

-- add column t.b BOOLEAN NOT NULL DEFAULT TRUE (metadata)
ALTER TABLE "t" ADD COLUMN b BOOLEAN NOT NULL DEFAULT TRUE;
