-- Down: rename column and new one takes its name

-- drop view names, to create it anew (metadata)
DROP VIEW "names";

-- rename column t.name to name__old, to free its name (metadata)
ALTER TABLE "t" RENAME COLUMN "name" TO "name__old";

-- rename column t.full_name to name (metadata)
ALTER TABLE "t" RENAME COLUMN "full_name" TO "name";

-- drop column t.name (rewrite)
-- drop-column: The values of t.name are lost
ALTER TABLE "t" DROP COLUMN "name__old";

-- create view names (metadata)
CREATE VIEW names AS SELECT id, name FROM t;
