-- Up: rename table and view takes its name

-- rename table person to person_rows (metadata)
ALTER TABLE "person" RENAME TO "person_rows";

-- create view person (metadata)
CREATE VIEW person AS SELECT id, first || ' ' || last AS name FROM person_rows;
