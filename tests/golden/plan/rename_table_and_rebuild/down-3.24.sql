-- Down: rename table and rebuild

-- rename table t to old_t (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "old_t";
PRAGMA legacy_alter_table = off;

-- rebuild table old_t (metadata)
CREATE TABLE "old_t__new" (a TEXT, b);

-- copy the rows of t (rewrite)
INSERT INTO "old_t__new" (rowid, "a", "b")
SELECT rowid, "a", "b"
FROM "old_t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "old_t" RENAME TO "old_t__old";
ALTER TABLE "old_t__new" RENAME TO "old_t";
PRAGMA legacy_alter_table = off;
DROP TABLE "old_t__old";

-- create index i again (scan)
CREATE INDEX i ON old_t (b);
