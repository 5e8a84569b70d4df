-- Up: rename key column of parent

-- rename column p.old_id to id (metadata)
ALTER TABLE "p" RENAME COLUMN "old_id" TO "id";
