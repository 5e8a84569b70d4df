-- Down: rename rtree

-- rename table area to box (metadata)
ALTER TABLE "area" RENAME TO "box";
