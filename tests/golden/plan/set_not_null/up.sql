-- aludel: sqlite>=3.53
-- Up: set not null

-- alter column t.b: NULL allowed becomes NOT NULL (scan)
-- set-not-null: Fails if a row of t has NULL in b
ALTER TABLE "t" ALTER COLUMN "b" SET NOT NULL;
