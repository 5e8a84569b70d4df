-- Up: rename column and new one takes its name

-- drop view names, to create it anew (metadata)
DROP VIEW "names";

-- rename column t.name to full_name (metadata)
ALTER TABLE "t" RENAME COLUMN "name" TO "full_name";

-- add column t.name TEXT NOT NULL DEFAULT 'nick' (metadata)
ALTER TABLE "t" ADD COLUMN name TEXT NOT NULL DEFAULT 'nick';

-- create view names (metadata)
CREATE VIEW names AS SELECT id, name FROM t;
