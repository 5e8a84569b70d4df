-- Up: drop column with broken view elsewhere

-- set view broken aside (metadata)
DROP VIEW "broken";

-- drop column t.b (rewrite)
-- drop-column: The values of t.b are lost
ALTER TABLE "t" DROP COLUMN "b";

-- create view broken again (metadata)
CREATE VIEW broken AS SELECT * FROM nowhere;
