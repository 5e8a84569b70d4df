-- Down: add column named rowid

-- drop column t.rowid (rewrite)
-- drop-column: The values of t.rowid are lost
ALTER TABLE "t" DROP COLUMN "rowid";
