-- Down: rename column chain

-- rename column t.b to a (metadata)
ALTER TABLE "t" RENAME COLUMN "b" TO "a";

-- rename column t.c to b (metadata)
ALTER TABLE "t" RENAME COLUMN "c" TO "b";
