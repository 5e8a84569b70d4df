-- Up: drop column of primary key

-- rebuild table t (metadata)
-- add-primary-key: Fails if a row of t violates PRIMARY KEY (a)
CREATE TABLE "t__new" (a, PRIMARY KEY (a));

-- copy the rows of t (rewrite)
-- drop-column: The values of t.b are lost
INSERT INTO "t__new" (rowid, "a")
SELECT rowid, "a"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";
