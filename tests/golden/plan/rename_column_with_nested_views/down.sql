-- Down: rename column with nested views

-- drop view w, to create it anew (metadata)
DROP VIEW "w";

-- rename column t.a to old_a (metadata)
ALTER TABLE "t" RENAME COLUMN "a" TO "old_a";

-- create view w (metadata)
CREATE VIEW w AS SELECT old_a FROM v;
