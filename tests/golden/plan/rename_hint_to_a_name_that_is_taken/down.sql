-- Down: rename hint to a name that is taken
-- This does not bring back what up.sql took away:
-- The values of b.y are lost
-- The rows of a are lost

-- rebuild table b (metadata)
CREATE TABLE "b__new" (y);

-- copy the rows of b (rewrite)
-- drop-column: The values of b.x are lost
INSERT INTO "b__new" (rowid)
SELECT rowid
FROM "b";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "b" RENAME TO "b__old";
ALTER TABLE "b__new" RENAME TO "b";
PRAGMA legacy_alter_table = off;
DROP TABLE "b__old";

-- create table a (metadata)
CREATE TABLE a (x);
