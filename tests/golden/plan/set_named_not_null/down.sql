-- aludel: sqlite>=3.53
-- Down: set named not null

-- alter column t.b: CONSTRAINT nn NOT NULL becomes NULL allowed (metadata)
ALTER TABLE "t" ALTER COLUMN "b" DROP NOT NULL;
