-- aludel: sqlite>=3.53
-- Up: add check that rules null out

-- add to t: CONSTRAINT k CHECK (a IS NULL OR b IS NULL OR a < b) (scan)
-- add-check: Fails if a row of t violates the new CHECK
ALTER TABLE "t" ADD CONSTRAINT "k" CHECK (a IS NULL OR b IS NULL OR a < b);
