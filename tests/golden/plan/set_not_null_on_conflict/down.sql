-- aludel: sqlite>=3.53
-- Down: set not null on conflict

-- alter column t.b: NOT NULL ON CONFLICT IGNORE becomes NULL allowed (metadata)
ALTER TABLE "t" ALTER COLUMN "b" DROP NOT NULL;
