-- Up: stop being autoincrement

-- rebuild table t (metadata)
-- aludel: allow-loss=t no longer AUTOINCREMENT
CREATE TABLE "t__new" (id INTEGER PRIMARY KEY, b);

-- copy the rows of t (rewrite)
INSERT INTO "t__new" ("id", "b")
SELECT "id", "b"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";
