-- Down: table becomes rtree
-- This does not bring back what up.sql took away:
-- The values of box.note are lost

-- make the table box of the virtual table box using rtree (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "box" RENAME TO "box__old";
PRAGMA legacy_alter_table = off;

-- create table box (metadata)
CREATE TABLE box (id INTEGER PRIMARY KEY, x0 REAL, x1 REAL, label TEXT, note TEXT);

-- copy the rows of box (rewrite)
INSERT INTO "box" ("id", "x0", "x1", "label")
SELECT "id", "x0", "x1", "label"
FROM "box__old";
DROP TABLE "box__old";

-- create index by_label on box (scan)
CREATE INDEX by_label ON box (label);

-- create trigger t on box (metadata)
CREATE TRIGGER t AFTER INSERT ON box BEGIN DELETE FROM box WHERE id = new.id - 100; END;
