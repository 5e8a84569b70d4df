-- Up: rename column chain

-- rename column t.b to c (metadata)
ALTER TABLE "t" RENAME COLUMN "b" TO "c";

-- rename column t.a to b (metadata)
ALTER TABLE "t" RENAME COLUMN "a" TO "b";
