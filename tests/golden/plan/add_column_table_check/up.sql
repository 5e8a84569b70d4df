-- Up: add column table check

-- add column t.b INTEGER (scan)
-- add-check: Fails if a row of t violates the new CHECK
ALTER TABLE "t" ADD COLUMN b INTEGER CHECK (b IS NULL OR b > a);
