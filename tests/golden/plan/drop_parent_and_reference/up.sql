-- Up: drop parent and reference

-- drop column c.p (rewrite)
-- drop-column: The values of c.p are lost
ALTER TABLE "c" DROP COLUMN "p";

-- drop table p (scan)
-- drop-table: The rows of p are lost
DROP TABLE "p";
