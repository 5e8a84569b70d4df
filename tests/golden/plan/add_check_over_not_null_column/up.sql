-- aludel: sqlite>=3.53
-- Up: add check over not null column

-- add to t: CONSTRAINT positive CHECK (a > 0) (scan)
-- add-check: Fails if a row of t violates the new CHECK
ALTER TABLE "t" ADD CONSTRAINT "positive" CHECK (a > 0);
