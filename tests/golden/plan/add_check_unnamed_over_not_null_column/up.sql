-- aludel: sqlite>=3.53
-- Up: add check unnamed over not null column

-- add to t: CHECK (length(a) < 9) (scan)
-- add-check: Fails if a row of t violates the new CHECK
ALTER TABLE "t" ADD CHECK (length(a) < 9);
