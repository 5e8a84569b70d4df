-- Down: rename table and view takes its name

-- drop view person (metadata)
DROP VIEW "person";

-- rename table person_rows to person (metadata)
ALTER TABLE "person_rows" RENAME TO "person";
