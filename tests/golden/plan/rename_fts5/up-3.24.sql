-- Up: rename fts5

-- set trigger x on t aside (metadata)
DROP TRIGGER "x";

-- set view found aside (metadata)
DROP VIEW "found";

-- rename table find to search (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "find" RENAME TO "search";
PRAGMA legacy_alter_table = off;

-- create view found again (metadata)
CREATE VIEW found AS SELECT rowid, body FROM search;

-- create trigger x on t again (metadata)
CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO search (rowid, body) VALUES (new.id, new.body); END;
