-- Down: rebuild keeps indexes

-- rebuild table t (metadata)
CREATE TABLE "t__new" (a TEXT, b TEXT);

-- copy the rows of t (rewrite)
INSERT INTO "t__new" (rowid, "a", "b")
SELECT rowid, "a", "b"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";

-- create index i1 again (scan)
CREATE INDEX i1 ON t (a DESC);

-- create index i2 again (scan)
CREATE UNIQUE INDEX i2 ON t (b COLLATE NOCASE) WHERE a IS NULL;

-- create index i3 again (scan)
CREATE INDEX i3 ON t (lower(a), b);
