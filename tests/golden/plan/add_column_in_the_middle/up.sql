-- Up: add column in the middle

-- add column t.b REAL (metadata)
ALTER TABLE "t" ADD COLUMN b REAL;
