-- Up: rebuild with dangling foreign key

-- rebuild table c (metadata)
CREATE TABLE "c__new" (a DEFAULT 1, p REFERENCES nowhere (id));

-- copy the rows of c (rewrite)
INSERT INTO "c__new" (rowid, "a", "p")
SELECT rowid, "a", "p"
FROM "c";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "c" RENAME TO "c__old";
ALTER TABLE "c__new" RENAME TO "c";
PRAGMA legacy_alter_table = off;
DROP TABLE "c__old";
