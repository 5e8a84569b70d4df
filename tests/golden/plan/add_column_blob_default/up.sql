-- Up: add column blob default

-- add column t.b BLOB DEFAULT x'00ff' (metadata)
ALTER TABLE "t" ADD COLUMN b BLOB DEFAULT x'00ff';
