-- Up: rename table with view and trigger

-- set trigger g on log aside (metadata)
DROP TRIGGER "g";

-- set view v aside (metadata)
DROP VIEW "v";

-- rename table old_t to t (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "old_t" RENAME TO "t";
PRAGMA legacy_alter_table = off;

-- create view v again (metadata)
CREATE VIEW v AS SELECT a FROM t;

-- create trigger g on log again (metadata)
CREATE TRIGGER g AFTER INSERT ON log BEGIN DELETE FROM t WHERE a = new.x; END;
