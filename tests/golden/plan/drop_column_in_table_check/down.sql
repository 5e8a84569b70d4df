-- Down: drop column in table check
-- This does not bring back what up.sql took away:
-- The values of t.b are lost

-- add column t.b INTEGER (scan)
-- add-check: Fails if a row of t violates the new CHECK
ALTER TABLE "t" ADD COLUMN b INTEGER CHECK (a IS NOT b);
