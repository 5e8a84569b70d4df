-- Down: drop collation

-- rebuild table t (metadata)
-- add-unique: Fails if a row of t has the same a as another one under COLLATE NOCASE
CREATE TABLE "t__new" (a TEXT COLLATE NOCASE UNIQUE);

-- copy the rows of t (rewrite)
INSERT INTO "t__new" (rowid, "a")
SELECT rowid, "a"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";
