-- Down: rename column and rebuild where new one takes its name
-- This does not bring back what up.sql took away:
-- Numbers in t.v become text

-- rename column t.name to name__old, to free its name (metadata)
ALTER TABLE "t" RENAME COLUMN "name" TO "name__old";

-- rename column t.full_name to name (metadata)
ALTER TABLE "t" RENAME COLUMN "full_name" TO "name";

-- rebuild table t (metadata)
CREATE TABLE "t__new" (id INTEGER PRIMARY KEY, name TEXT, v INT);

-- copy the rows of t (rewrite)
-- convert-values: Text in t.v that looks like a number becomes one: '007' becomes 7
-- drop-column: The values of t.name are lost
INSERT INTO "t__new" ("id", "name", "v")
SELECT "id", "name", "v"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";
