-- Up: add column references with default

-- add column t.p INTEGER DEFAULT NULL (metadata)
ALTER TABLE "t" ADD COLUMN p INTEGER DEFAULT NULL REFERENCES p;
