-- aludel: sqlite>=3.53
-- Up: set not null of two columns

-- alter column t.a: NULL allowed becomes NOT NULL (scan)
-- set-not-null: Fails if a row of t has NULL in a
ALTER TABLE "t" ALTER COLUMN "a" SET NOT NULL;

-- alter column t.b: NULL allowed becomes NOT NULL (scan)
-- set-not-null: Fails if a row of t has NULL in b
ALTER TABLE "t" ALTER COLUMN "b" SET NOT NULL;
