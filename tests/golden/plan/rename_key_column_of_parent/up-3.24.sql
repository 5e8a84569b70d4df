-- Up: rename key column of parent

-- rebuild table p (metadata)
CREATE TABLE "p__new" (
  id INTEGER PRIMARY KEY);

-- copy the rows of p (rewrite)
INSERT INTO "p__new" ("id")
SELECT "old_id"
FROM "p";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "p" RENAME TO "p__old";
ALTER TABLE "p__new" RENAME TO "p";
PRAGMA legacy_alter_table = off;
DROP TABLE "p__old";

-- rebuild table c (metadata)
CREATE TABLE "c__new" (x REFERENCES p (id));

-- copy the rows of c (rewrite)
INSERT INTO "c__new" (rowid, "x")
SELECT rowid, "x"
FROM "c";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "c" RENAME TO "c__old";
ALTER TABLE "c__new" RENAME TO "c";
PRAGMA legacy_alter_table = off;
DROP TABLE "c__old";
