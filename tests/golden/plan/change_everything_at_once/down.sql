-- Down: change everything at once
-- This does not bring back what up.sql took away:
-- Numbers in t.d become text
-- The values of t.c are lost

-- rebuild table t (metadata)
CREATE TABLE "t__new" (a INTEGER PRIMARY KEY, b TEXT, c INTEGER, d);

-- copy the rows of t (rewrite)
-- drop-column: The values of t.e are lost
INSERT INTO "t__new" ("a", "b", "d")
SELECT "a", "b", "d"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";
