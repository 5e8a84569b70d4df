-- Down: rename key column of parent

-- rename column p.id to old_id (metadata)
ALTER TABLE "p" RENAME COLUMN "id" TO "old_id";
