-- Down: rename table with broken view

-- set view broken aside (metadata)
DROP VIEW "broken";

-- rename table t to old_t (metadata)
ALTER TABLE "t" RENAME TO "old_t";

-- create view broken again (metadata)
CREATE VIEW broken AS SELECT * FROM nowhere;
