-- aludel: sqlite>=3.31
-- Up: rebuild leaves generated columns out

-- rebuild table t (metadata)
CREATE TABLE "t__new" (a INTEGER, v AS (a + 1), s AS (a * 2) STORED, x DEFAULT 1);

-- copy the rows of t (rewrite)
INSERT INTO "t__new" (rowid, "a", "x")
SELECT rowid, "a", "x"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";
