-- aludel: sqlite>=3.53
-- Up: change check over not null column

-- drop from t: CONSTRAINT k CHECK (a > 0) (metadata)
ALTER TABLE "t" DROP CONSTRAINT "k";

-- add to t: CONSTRAINT k CHECK (a > 1) (scan)
-- add-check: Fails if a row of t violates the new CHECK
ALTER TABLE "t" ADD CONSTRAINT "k" CHECK (a > 1);
