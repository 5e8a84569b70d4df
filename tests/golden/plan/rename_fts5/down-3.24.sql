-- Down: rename fts5

-- set trigger x on t aside (metadata)
DROP TRIGGER "x";

-- set view found aside (metadata)
DROP VIEW "found";

-- rename table search to find (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "search" RENAME TO "find";
PRAGMA legacy_alter_table = off;

-- create view found again (metadata)
CREATE VIEW found AS SELECT rowid, body FROM find;

-- create trigger x on t again (metadata)
CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO find (rowid, body) VALUES (new.id, new.body); END;
