-- Down: rename table and view takes its name

-- drop view person (metadata)
DROP VIEW "person";

-- set view lasts aside (metadata)
DROP VIEW "lasts";

-- rename table person_rows to person (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "person_rows" RENAME TO "person";
PRAGMA legacy_alter_table = off;

-- create view lasts again (metadata)
CREATE VIEW lasts AS SELECT last FROM person;
