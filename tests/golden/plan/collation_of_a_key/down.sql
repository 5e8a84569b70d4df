-- Down: collation of a key
-- This does not bring back what up.sql took away:
-- Numbers in users.code become text

-- rebuild table users (metadata)
-- add-unique: Fails if a row of users has the same tag as another one under COLLATE NOCASE
CREATE TABLE "users__new" (id INTEGER PRIMARY KEY, email TEXT UNIQUE, code UNIQUE, tag TEXT COLLATE NOCASE UNIQUE);

-- copy the rows of users (rewrite)
INSERT INTO "users__new" ("id", "email", "code", "tag")
SELECT "id", "email", "code", "tag"
FROM "users";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "users" RENAME TO "users__old";
ALTER TABLE "users__new" RENAME TO "users";
PRAGMA legacy_alter_table = off;
DROP TABLE "users__old";
