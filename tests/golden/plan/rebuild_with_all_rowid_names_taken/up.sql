-- Up: rebuild with all rowid names taken

-- rebuild table t (metadata)
CREATE TABLE "t__new" (rowid TEXT, _rowid_ TEXT, oid TEXT DEFAULT 'x');

-- copy the rows of t (rewrite)
INSERT INTO "t__new" ("rowid", "_rowid_", "oid")
SELECT "rowid", "_rowid_", "oid"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";
