-- Up: rename column and rebuild where new one takes its name

-- rebuild table t (metadata)
-- add-unique: Fails if a row of t violates UNIQUE (name)
CREATE TABLE "t__new" (
  id INTEGER PRIMARY KEY,
  full_name TEXT,
  name TEXT NOT NULL DEFAULT 'nick' UNIQUE,
  v TEXT
);

-- copy the rows of t (rewrite)
-- convert-values: Numbers in t.v become text
INSERT INTO "t__new" ("id", "full_name", "v")
SELECT "id", "name", "v"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";
