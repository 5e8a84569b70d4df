-- aludel: sqlite>=3.53
-- Down: change check over not null column

-- drop from t: CONSTRAINT k CHECK (a > 1) (metadata)
ALTER TABLE "t" DROP CONSTRAINT "k";

-- add to t: CONSTRAINT k CHECK (a > 0) (scan)
-- add-check: Fails if a row of t violates the new CHECK
ALTER TABLE "t" ADD CONSTRAINT "k" CHECK (a > 0);
