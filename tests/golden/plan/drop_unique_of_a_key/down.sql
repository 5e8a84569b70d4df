-- Down: drop unique of a key

-- rebuild table p (metadata)
-- add-unique: Fails if a row of p violates UNIQUE (old)
-- add-unique: Fails if a row of p violates UNIQUE (code)
CREATE TABLE "p__new" (id INTEGER PRIMARY KEY, code TEXT UNIQUE, old TEXT UNIQUE);

-- copy the rows of p (rewrite)
INSERT INTO "p__new" ("id", "code", "old")
SELECT "id", "code", "old"
FROM "p";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "p" RENAME TO "p__old";
ALTER TABLE "p__new" RENAME TO "p";
PRAGMA legacy_alter_table = off;
DROP TABLE "p__old";
