-- Down: rename table with broken view

-- set view broken aside (metadata)
DROP VIEW "broken";

-- rename table t to old_t (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "old_t";
PRAGMA legacy_alter_table = off;

-- create view broken again (metadata)
CREATE VIEW broken AS SELECT * FROM nowhere;
