-- Up: add column named rowid

-- rebuild table t (metadata)
CREATE TABLE "t__new" (a, rowid TEXT);

-- copy the rows of t (rewrite)
INSERT INTO "t__new" (_rowid_, "a")
SELECT rowid, "a"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";
