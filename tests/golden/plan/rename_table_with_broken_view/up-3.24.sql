-- Up: rename table with broken view

-- set view broken aside (metadata)
DROP VIEW "broken";

-- rename table old_t to t (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "old_t" RENAME TO "t";
PRAGMA legacy_alter_table = off;

-- create view broken again (metadata)
CREATE VIEW broken AS SELECT * FROM nowhere;
