-- aludel: sqlite>=3.53
-- Up: drop column and its named check

-- drop from t: CONSTRAINT k CHECK (b > 0) (metadata)
ALTER TABLE "t" DROP CONSTRAINT "k";

-- drop column t.b (rewrite)
-- drop-column: The values of t.b are lost
ALTER TABLE "t" DROP COLUMN "b";
