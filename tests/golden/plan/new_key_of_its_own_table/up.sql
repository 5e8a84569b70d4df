-- Up: new key of its own table

-- rebuild table part (metadata)
-- add-primary-key: Fails if a row of part violates PRIMARY KEY (number)
-- add-foreign-key: Fails if a row of part violates FOREIGN KEY (number) REFERENCES part
CREATE TABLE "part__new" (
  number INTEGER PRIMARY KEY REFERENCES part,
  name TEXT NOT NULL
);

-- copy the rows of part (rewrite)
-- choose-value: The existing rows need a value for part.number
-- drop-column: The values of part.id are lost
INSERT INTO "part__new" ("name", "number")
SELECT "name",
  NULL -- aludel: choose=number
FROM "part";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "part" RENAME TO "part__old";
ALTER TABLE "part__new" RENAME TO "part";
PRAGMA legacy_alter_table = off;
DROP TABLE "part__old";
