-- Up: rename column with nested views

-- drop view w, to create it anew (metadata)
DROP VIEW "w";

-- rename column t.old_a to a (metadata)
ALTER TABLE "t" RENAME COLUMN "old_a" TO "a";

-- create view w (metadata)
CREATE VIEW w AS SELECT a FROM v;
