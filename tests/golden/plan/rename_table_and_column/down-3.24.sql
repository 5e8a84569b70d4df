-- Down: rename table and column

-- rename table t to old_t (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "old_t";
PRAGMA legacy_alter_table = off;

-- rebuild table old_t (metadata)
CREATE TABLE "old_t__new" (old_a TEXT NOT NULL);

-- copy the rows of t (rewrite)
INSERT INTO "old_t__new" (rowid, "old_a")
SELECT rowid, "a"
FROM "old_t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "old_t" RENAME TO "old_t__old";
ALTER TABLE "old_t__new" RENAME TO "old_t";
PRAGMA legacy_alter_table = off;
DROP TABLE "old_t__old";
