-- Up: add column after line comment

-- add column t.c TEXT (metadata)
ALTER TABLE "t" ADD COLUMN c TEXT;
