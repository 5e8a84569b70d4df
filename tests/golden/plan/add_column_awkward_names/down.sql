-- Down: add column awkward names

-- rebuild table "group by" (metadata)
CREATE TABLE "group by__new" ("select");

-- copy the rows of "group by" (rewrite)
-- drop-column: The values of "group by".größe are lost
-- drop-column: The values of "group by"."a b" are lost
-- drop-column: The values of "group by"."say ""hi""" are lost
INSERT INTO "group by__new" (rowid, "select")
SELECT rowid, "select"
FROM "group by";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "group by" RENAME TO "group by__old";
ALTER TABLE "group by__new" RENAME TO "group by";
PRAGMA legacy_alter_table = off;
DROP TABLE "group by__old";
