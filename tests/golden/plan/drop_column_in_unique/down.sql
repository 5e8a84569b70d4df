-- Down: drop column in unique
-- This does not bring back what up.sql took away:
-- The values of t.b are lost

-- rebuild table t (metadata)
-- add-unique: Fails if a row of t violates UNIQUE (a, b)
CREATE TABLE "t__new" (a, b, c, UNIQUE (a, b));

-- copy the rows of t (rewrite)
INSERT INTO "t__new" (rowid, "a", "c")
SELECT rowid, "a", "c"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";
