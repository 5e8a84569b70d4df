-- Up: add three columns

-- add column t.b TEXT (metadata)
ALTER TABLE "t" ADD COLUMN b TEXT;

-- add column t.c INTEGER DEFAULT 0 (metadata)
ALTER TABLE "t" ADD COLUMN c INTEGER DEFAULT 0;

-- add column t.d REAL (metadata)
ALTER TABLE "t" ADD COLUMN d REAL;
