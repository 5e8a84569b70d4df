-- aludel: sqlite>=3.31
-- Down: rebuild with application function

-- rebuild table t (metadata)
CREATE TABLE "t__new" (a TEXT CHECK (my_check(a)), b AS (my_value(a)));

-- copy the rows of t (rewrite)
INSERT INTO "t__new" (rowid, "a")
SELECT rowid, "a"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";
