-- Up: rename rtree

-- rename table box to area (metadata)
ALTER TABLE "box" RENAME TO "area";
