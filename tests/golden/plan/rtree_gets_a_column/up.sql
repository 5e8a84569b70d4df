-- Up: rtree gets a column

-- make r anew with other arguments (metadata)
CREATE VIRTUAL TABLE "r__new" USING rtree(id, x0, x1, +label TEXT, +"level z" INT);

-- copy its rows (rewrite)
INSERT INTO "r__new" ("id", "x0", "x1", "label")
SELECT "id", "x0", "x1", "label"
FROM "r";
DROP TABLE "r";
PRAGMA legacy_alter_table = on;
ALTER TABLE "r__new" RENAME TO "r";
PRAGMA legacy_alter_table = off;
