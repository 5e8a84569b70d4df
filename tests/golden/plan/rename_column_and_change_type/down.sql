-- Down: rename column and change type

-- rename column t.a to old_a (metadata)
ALTER TABLE "t" RENAME COLUMN "a" TO "old_a";

-- rebuild table t (metadata)
CREATE TABLE "t__new" (old_a TEXT, b);

-- copy the rows of t (rewrite)
-- convert-values: Numbers in t.old_a become text
INSERT INTO "t__new" (rowid, "old_a", "b")
SELECT rowid, "old_a", "b"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";
