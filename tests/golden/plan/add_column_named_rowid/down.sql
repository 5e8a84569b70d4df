-- Down: add column named rowid

-- rebuild table t (metadata)
CREATE TABLE "t__new" (a);

-- copy the rows of t (rewrite)
-- drop-column: The values of t.rowid are lost
INSERT INTO "t__new" (rowid, "a")
SELECT _rowid_, "a"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";
