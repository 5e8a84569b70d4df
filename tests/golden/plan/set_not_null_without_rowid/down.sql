-- aludel: sqlite>=3.53
-- Down: set not null without rowid

-- alter column t.b: NOT NULL becomes NULL allowed (metadata)
ALTER TABLE "t" ALTER COLUMN "b" DROP NOT NULL;
