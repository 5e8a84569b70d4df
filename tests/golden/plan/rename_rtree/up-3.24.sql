-- Up: rename rtree

-- rename table box to area (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "box" RENAME TO "area";
PRAGMA legacy_alter_table = off;
