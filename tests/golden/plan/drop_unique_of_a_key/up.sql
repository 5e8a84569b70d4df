-- Up: drop unique of a key

-- rebuild table p (metadata)
CREATE TABLE "p__new" (id INTEGER PRIMARY KEY, code TEXT, old TEXT);

-- copy the rows of p (rewrite)
INSERT INTO "p__new" ("id", "code", "old")
SELECT "id", "code", "old"
FROM "p";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "p" RENAME TO "p__old";
ALTER TABLE "p__new" RENAME TO "p";
PRAGMA legacy_alter_table = off;
-- aludel: allow-loss=c its foreign key refers to p (code), which is not unique any more
DROP TABLE "p__old";
