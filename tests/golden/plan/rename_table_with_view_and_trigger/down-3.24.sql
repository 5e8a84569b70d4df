-- Down: rename table with view and trigger

-- set trigger g on log aside (metadata)
DROP TRIGGER "g";

-- set view v aside (metadata)
DROP VIEW "v";

-- rename table t to old_t (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "old_t";
PRAGMA legacy_alter_table = off;

-- create view v again (metadata)
CREATE VIEW v AS SELECT a FROM old_t;

-- create trigger g on log again (metadata)
CREATE TRIGGER g AFTER INSERT ON log BEGIN DELETE FROM old_t WHERE a = new.x; END;
