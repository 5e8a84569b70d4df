-- aludel: sqlite>=3.31
-- Up: add column generated virtual

-- add column t.b INTEGER AS (a * 2) VIRTUAL (metadata)
ALTER TABLE "t" ADD COLUMN b INTEGER AS (a * 2);
