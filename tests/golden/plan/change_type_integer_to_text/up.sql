-- Up: change type integer to text

-- rebuild table t (metadata)
CREATE TABLE "t__new" (id INTEGER PRIMARY KEY, a TEXT);

-- copy the rows of t (rewrite)
-- convert-values: Numbers in t.a become text
INSERT INTO "t__new" ("id", "a")
SELECT "id", "a"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";
