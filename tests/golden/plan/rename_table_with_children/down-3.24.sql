-- Down: rename table with children

-- rename table p to old_p (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "p" RENAME TO "old_p";
PRAGMA legacy_alter_table = off;

-- rebuild table c (metadata)
CREATE TABLE "c__new" (p REFERENCES old_p (id));

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
