-- Up: change type integer to real

-- rebuild table t (metadata)
CREATE TABLE "t__new" (a REAL, b REAL);

-- copy the rows of t (rewrite)
-- convert-values: Integers in t.a become floating-point numbers, and lose digits above 2^53
-- convert-values: Text in t.b that looks like a number becomes one: '007' becomes 7
INSERT INTO "t__new" (rowid, "a", "b")
SELECT rowid, "a", "b"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";
