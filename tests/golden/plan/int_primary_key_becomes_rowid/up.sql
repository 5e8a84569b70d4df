-- Up: int primary key becomes rowid

-- rebuild table t (metadata)
-- add-primary-key: Fails if a row of t violates PRIMARY KEY (id)
CREATE TABLE "t__new" (id INTEGER PRIMARY KEY NOT NULL, b);

-- copy the rows of t (rewrite)
-- rowid-key: Fails if a row of t has a value in id that is no integer
INSERT INTO "t__new" ("id", "b")
SELECT "id", "b"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";
