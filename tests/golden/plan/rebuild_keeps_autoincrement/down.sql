-- Down: rebuild keeps autoincrement

-- rebuild table t (metadata)
CREATE TABLE "t__new" (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT);

-- keep its AUTOINCREMENT sequence (metadata)
INSERT INTO sqlite_sequence (name, seq)
SELECT 't__new', seq FROM sqlite_sequence WHERE name = 't';

-- copy the rows of t (rewrite)
-- convert-values: Numbers in t.a become text
INSERT INTO "t__new" ("id", "a")
SELECT "id", "a"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";
