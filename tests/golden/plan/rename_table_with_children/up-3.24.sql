-- Up: rename table with children

-- rename table old_p to p (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "old_p" RENAME TO "p";
PRAGMA legacy_alter_table = off;

-- rebuild table c (metadata)
CREATE TABLE "c__new" (p REFERENCES p (id));

-- copy the rows of c (rewrite)
INSERT INTO "c__new" (rowid, "p")
SELECT rowid, "p"
FROM "c";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "c" RENAME TO "c__old";
ALTER TABLE "c__new" RENAME TO "c";
PRAGMA legacy_alter_table = off;
DROP TABLE "c__old";
