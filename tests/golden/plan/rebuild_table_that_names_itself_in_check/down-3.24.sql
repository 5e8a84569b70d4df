-- aludel: sqlite>=3.26
-- Down: rebuild table that names itself in check

-- rebuild table t (metadata)
CREATE TABLE "t__new" (a INTEGER CHECK ("t__new".a > 0), b);

-- copy the rows of t (rewrite)
INSERT INTO "t__new" (rowid, "a", "b")
SELECT rowid, "a", "b"
FROM "t";

-- put the new table into the old one's place (scan)
DROP TABLE "t";
ALTER TABLE "t__new" RENAME TO "t";
