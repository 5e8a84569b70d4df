-- aludel: sqlite>=3.53
-- Down: change not null conflict

-- alter column t.b: NOT NULL ON CONFLICT FAIL becomes NOT NULL ON CONFLICT IGNORE (metadata)
ALTER TABLE "t" ALTER COLUMN "b" DROP NOT NULL;

-- alter column t.b: NOT NULL ON CONFLICT FAIL becomes NOT NULL ON CONFLICT IGNORE (scan)
-- set-not-null: Fails if a row of t has NULL in b
ALTER TABLE "t" ALTER COLUMN "b" SET NOT NULL ON CONFLICT IGNORE;
