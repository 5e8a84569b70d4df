-- Up: rename table and column

-- rename table old_t to t (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "old_t" RENAME TO "t";
PRAGMA legacy_alter_table = off;

-- rebuild table t (metadata)
CREATE TABLE "t__new" (
  a TEXT NOT NULL);

-- copy the rows of old_t (rewrite)
INSERT INTO "t__new" (rowid, "a")
SELECT rowid, "old_a"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";
