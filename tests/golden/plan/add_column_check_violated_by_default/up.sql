-- Up: add column check violated by default

-- add column t.b INTEGER DEFAULT 5 (scan)
-- add-check: Fails if a row of t violates the new CHECK
ALTER TABLE "t" ADD COLUMN b INTEGER DEFAULT 5 CHECK (b > 1);
