-- aludel: sqlite>=3.37
-- Down: keep strict and without rowid

-- rebuild table t (metadata)
CREATE TABLE "t__new" (a TEXT PRIMARY KEY, b INT) STRICT, WITHOUT ROWID;

-- copy the rows of t (rewrite)
INSERT INTO "t__new" ("a", "b")
SELECT "a", "b"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";
