-- Down: rebuild table with conflict clauses

-- rebuild table t (metadata)
CREATE TABLE "t__new" (a UNIQUE ON CONFLICT REPLACE, b NOT NULL ON CONFLICT IGNORE, c TEXT);

-- copy the rows of t (rewrite)
-- convert-values: Numbers in t.c become text
INSERT OR ABORT INTO "t__new" (rowid, "a", "b", "c")
SELECT rowid, "a", "b", "c"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";
