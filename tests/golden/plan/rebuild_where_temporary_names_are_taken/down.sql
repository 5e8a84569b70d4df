-- Down: rebuild where temporary names are taken

-- rebuild table t (metadata)
CREATE TABLE "t__new2" (a TEXT);

-- copy the rows of t (rewrite)
INSERT INTO "t__new2" (rowid, "a")
SELECT rowid, "a"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old2";
ALTER TABLE "t__new2" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old2";
