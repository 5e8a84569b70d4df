-- Up: change foreign key deferrable

-- rebuild table c (metadata)
-- add-foreign-key: Fails if a row of c violates FOREIGN KEY (p) REFERENCES p DEFERRABLE INITIALLY DEFERRED
CREATE TABLE "c__new" (p REFERENCES p DEFERRABLE INITIALLY DEFERRED);

-- copy the rows of c (rewrite)
INSERT INTO "c__new" (rowid, "p")
SELECT rowid, "p"
FROM "c";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "c" RENAME TO "c__old";
ALTER TABLE "c__new" RENAME TO "c";
PRAGMA legacy_alter_table = off;
DROP TABLE "c__old";
