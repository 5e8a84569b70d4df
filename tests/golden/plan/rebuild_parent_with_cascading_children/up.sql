-- Up: rebuild parent with cascading children

-- rebuild table p (metadata)
CREATE TABLE "p__new" (id INTEGER PRIMARY KEY, a TEXT DEFAULT 'x');

-- copy the rows of p (rewrite)
INSERT INTO "p__new" ("id", "a")
SELECT "id", "a"
FROM "p";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "p" RENAME TO "p__old";
ALTER TABLE "p__new" RENAME TO "p";
PRAGMA legacy_alter_table = off;
DROP TABLE "p__old";
