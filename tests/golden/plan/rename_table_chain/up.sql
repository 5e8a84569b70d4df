-- Up: rename table chain

-- rename table b to c (metadata)
ALTER TABLE "b" RENAME TO "c";

-- rename table a to b (metadata)
ALTER TABLE "a" RENAME TO "b";
