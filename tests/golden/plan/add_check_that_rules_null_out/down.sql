-- aludel: sqlite>=3.53
-- Down: add check that rules null out

-- drop from t: CONSTRAINT k CHECK (a IS NULL OR b IS NULL OR a < b) (metadata)
ALTER TABLE "t" DROP CONSTRAINT "k";
