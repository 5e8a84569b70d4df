-- Down: rename table chain

-- rename table b to a (metadata)
ALTER TABLE "b" RENAME TO "a";

-- rename table c to b (metadata)
ALTER TABLE "c" RENAME TO "b";
