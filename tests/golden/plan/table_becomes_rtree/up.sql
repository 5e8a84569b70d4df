-- Up: table becomes rtree

-- drop trigger t on box (metadata)
DROP TRIGGER "t";

-- drop index by_label on box (scan)
DROP INDEX "by_label";

-- make the virtual table box using rtree of the table box (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "box" RENAME TO "box__old";
PRAGMA legacy_alter_table = off;

-- create virtual table box using rtree (metadata)
CREATE VIRTUAL TABLE box USING rtree(id, x0, x1, +label);

-- copy the rows of box (rewrite)
-- drop-column: The values of box.note are lost
INSERT INTO "box" ("id", "x0", "x1", "label")
SELECT "id", "x0", "x1", "label"
FROM "box__old";
DROP TABLE "box__old";
