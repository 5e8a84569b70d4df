-- Down: new key of its own table
-- This does not bring back what up.sql took away:
-- The values of part.id are lost

-- rebuild table part (metadata)
-- add-foreign-key: Fails if a row of part violates FOREIGN KEY (id) REFERENCES part
-- add-primary-key: Fails if a row of part violates PRIMARY KEY (id)
CREATE TABLE "part__new" (
  id INTEGER PRIMARY KEY REFERENCES part,
  name TEXT NOT NULL
);

-- copy the rows of part (rewrite)
-- choose-value: The existing rows need a value for part.id
-- drop-column: The values of part.number are lost
INSERT INTO "part__new" ("name", "id")
SELECT "name",
  NULL -- aludel: choose=id
FROM "part";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "part" RENAME TO "part__old";
ALTER TABLE "part__new" RENAME TO "part";
PRAGMA legacy_alter_table = off;
DROP TABLE "part__old";
