-- Up: rebuild table that refers to itself

-- rebuild table t (metadata)
CREATE TABLE "t__new" (id INTEGER PRIMARY KEY, up INTEGER REFERENCES t (id), a DEFAULT 1);

-- copy the rows of t (rewrite)
INSERT INTO "t__new" ("id", "up", "a")
SELECT "id", "up", "a"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";
