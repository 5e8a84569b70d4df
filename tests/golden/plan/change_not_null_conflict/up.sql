-- aludel: sqlite>=3.53
-- Up: change not null conflict

-- alter column t.b: NOT NULL ON CONFLICT IGNORE becomes NOT NULL ON CONFLICT FAIL (metadata)
ALTER TABLE "t" ALTER COLUMN "b" DROP NOT NULL;

-- alter column t.b: NOT NULL ON CONFLICT IGNORE becomes NOT NULL ON CONFLICT FAIL (scan)
-- set-not-null: Fails if a row of t has NULL in b
ALTER TABLE "t" ALTER COLUMN "b" SET NOT NULL ON CONFLICT FAIL;
