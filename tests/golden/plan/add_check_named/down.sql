-- aludel: sqlite>=3.53
-- Down: add check named

-- drop from t: CONSTRAINT positive CHECK (a > 0) (metadata)
ALTER TABLE "t" DROP CONSTRAINT "positive";
