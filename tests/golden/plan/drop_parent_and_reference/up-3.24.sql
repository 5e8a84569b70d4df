-- Up: drop parent and reference

-- rebuild table c (metadata)
CREATE TABLE "c__new" (x);

-- copy the rows of c (rewrite)
-- drop-column: The values of c.p are lost
INSERT INTO "c__new" (rowid, "x")
SELECT rowid, "x"
FROM "c";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "c" RENAME TO "c__old";
ALTER TABLE "c__new" RENAME TO "c";
PRAGMA legacy_alter_table = off;
DROP TABLE "c__old";

-- drop table p (scan)
-- drop-table: The rows of p are lost
DROP TABLE "p";
