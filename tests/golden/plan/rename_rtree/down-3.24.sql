-- Down: rename rtree

-- rename table area to box (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "area" RENAME TO "box";
PRAGMA legacy_alter_table = off;
