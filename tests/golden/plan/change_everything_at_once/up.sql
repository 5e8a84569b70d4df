-- Up: change everything at once

-- rebuild table t (metadata)
-- add-unique: Fails if a row of t violates UNIQUE (e, d)
-- add-unique: Fails if a row of t has the same d as another one under COLLATE NOCASE
CREATE TABLE "t__new" (a INTEGER PRIMARY KEY, b VARCHAR(9) DEFAULT 'q', d TEXT COLLATE NOCASE, e REAL, UNIQUE (e, d));

-- copy the rows of t (rewrite)
-- convert-values: Numbers in t.d become text
-- drop-column: The values of t.c are lost
INSERT INTO "t__new" ("a", "b", "d")
SELECT "a", "b", "d"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";
