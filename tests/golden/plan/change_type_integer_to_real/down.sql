-- Down: change type integer to real
-- This does not bring back what up.sql took away:
-- Integers in t.a become floating-point numbers, and lose digits above 2^53
-- Text in t.b that looks like a number becomes one: '007' becomes 7

-- rebuild table t (metadata)
CREATE TABLE "t__new" (a INTEGER, b TEXT);

-- copy the rows of t (rewrite)
-- convert-values: Whole numbers in t.a become integers
-- convert-values: Numbers in t.b become text
INSERT INTO "t__new" (rowid, "a", "b")
SELECT rowid, "a", "b"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";
