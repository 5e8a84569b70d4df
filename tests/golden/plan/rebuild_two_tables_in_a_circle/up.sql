-- Up: rebuild two tables in a circle

-- rebuild table a (metadata)
CREATE TABLE "a__new" (id INTEGER PRIMARY KEY, b REFERENCES b, x DEFAULT 1);

-- copy the rows of a (rewrite)
INSERT INTO "a__new" ("id", "b", "x")
SELECT "id", "b", "x"
FROM "a";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "a" RENAME TO "a__old";
ALTER TABLE "a__new" RENAME TO "a";
PRAGMA legacy_alter_table = off;
DROP TABLE "a__old";

-- rebuild table b (metadata)
CREATE TABLE "b__new" (id INTEGER PRIMARY KEY, a REFERENCES a, x DEFAULT 1);

-- copy the rows of b (rewrite)
INSERT INTO "b__new" ("id", "a", "x")
SELECT "id", "a", "x"
FROM "b";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "b" RENAME TO "b__old";
ALTER TABLE "b__new" RENAME TO "b";
PRAGMA legacy_alter_table = off;
DROP TABLE "b__old";
