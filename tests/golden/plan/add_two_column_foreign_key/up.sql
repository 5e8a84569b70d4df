-- Up: add two column foreign key

-- rebuild table t (metadata)
-- add-foreign-key: Fails if a row of t violates FOREIGN KEY (px, py) REFERENCES p(x, y)
CREATE TABLE "t__new" (a, px, py, FOREIGN KEY (px, py) REFERENCES p (x, y));

-- copy the rows of t (rewrite)
INSERT INTO "t__new" (rowid, "a")
SELECT rowid, "a"
FROM "t";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";
