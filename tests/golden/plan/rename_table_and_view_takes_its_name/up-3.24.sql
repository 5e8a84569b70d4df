-- Up: rename table and view takes its name

-- set view lasts aside (metadata)
DROP VIEW "lasts";

-- rename table person to person_rows (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "person" RENAME TO "person_rows";
PRAGMA legacy_alter_table = off;

-- create view person (metadata)
CREATE VIEW person AS SELECT id, first || ' ' || last AS name FROM person_rows;

-- create view lasts again (metadata)
CREATE VIEW lasts AS SELECT last FROM person_rows;
