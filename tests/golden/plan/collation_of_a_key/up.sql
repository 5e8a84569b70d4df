-- Up: collation of a key

-- rebuild table users (metadata)
-- add-unique: Fails if a row of users has the same email as another one under COLLATE NOCASE
-- add-unique: Fails if a row of users has the same code as another one as TEXT
CREATE TABLE "users__new" (id INTEGER PRIMARY KEY, email TEXT COLLATE NOCASE UNIQUE, code TEXT UNIQUE, tag TEXT UNIQUE);

-- copy the rows of users (rewrite)
-- convert-values: Numbers in users.code become text
INSERT INTO "users__new" ("id", "email", "code", "tag")
SELECT "id", "email", "code", "tag"
FROM "users";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "users" RENAME TO "users__old";
ALTER TABLE "users__new" RENAME TO "users";
PRAGMA legacy_alter_table = off;
DROP TABLE "users__old";
