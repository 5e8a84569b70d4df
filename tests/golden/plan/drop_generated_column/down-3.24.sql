-- aludel: sqlite>=3.31
-- Down: drop generated column

-- add column t.b AS (a + 1) VIRTUAL (metadata)
ALTER TABLE "t" ADD COLUMN b AS (a + 1);
