-- Down: stop being strict
-- This does not bring back what up.sql took away:
-- Text in t.c that looks like a number becomes one: '007' becomes 7

-- rebuild table t (metadata)
-- make-strict: Fails if a row of t has a value of another type than its column
CREATE TABLE "t__new" (a INTEGER, b TEXT, c ANY) STRICT;

-- copy the rows of t (rewrite)
INSERT INTO "t__new" (rowid, "a", "b", "c")
SELECT rowid, "a", "b", "c"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";
