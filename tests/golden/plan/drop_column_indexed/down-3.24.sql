-- Down: drop column indexed
-- This does not bring back what up.sql took away:
-- The values of t.b are lost

-- drop index t_b on t, to create it anew (scan)
DROP INDEX "t_b";

-- rebuild table t (metadata)
CREATE TABLE "t__new" (a, b);

-- copy the rows of t (rewrite)
-- drop-column: The values of t.b2 are lost
INSERT INTO "t__new" (rowid, "a")
SELECT rowid, "a"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";

-- create index t_b on t (scan)
CREATE INDEX t_b ON t (b);
