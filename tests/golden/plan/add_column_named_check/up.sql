-- Up: add column named check

-- add column t.b INTEGER (scan)
-- add-check: Fails if a row of t violates the new CHECK
ALTER TABLE "t" ADD COLUMN b INTEGER CONSTRAINT "b is big" CHECK (b IS NULL OR b > 9);
