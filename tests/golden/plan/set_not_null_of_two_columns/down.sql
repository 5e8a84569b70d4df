-- aludel: sqlite>=3.53
-- Down: set not null of two columns

-- alter column t.b: NOT NULL becomes NULL allowed (metadata)
ALTER TABLE "t" ALTER COLUMN "b" DROP NOT NULL;

-- alter column t.a: NOT NULL becomes NULL allowed (metadata)
ALTER TABLE "t" ALTER COLUMN "a" DROP NOT NULL;
