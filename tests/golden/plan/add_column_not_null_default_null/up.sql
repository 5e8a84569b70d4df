-- Up: add column not null default null

-- rebuild table t (metadata)
CREATE TABLE "t__new" (a, b TEXT NOT NULL DEFAULT NULL);

-- copy the rows of t (rewrite)
-- choose-value: The existing rows need a value for t.b
INSERT INTO "t__new" (rowid, "a", "b")
SELECT rowid, "a",
  NULL -- aludel: choose=b
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";
