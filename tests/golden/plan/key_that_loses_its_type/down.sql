-- Down: key that loses its type

-- rebuild table note (metadata)
-- add-primary-key: Fails if a row of note has the same code as another one as "my type"
CREATE TABLE "note__new" (
  author INTEGER,
  code "my type" COLLATE NOCASE,
  PRIMARY KEY (code DESC)
) WITHOUT ROWID;

-- copy the rows of note (rewrite)
-- convert-values: Text in note.code that looks like a number becomes one: '007' becomes 7
INSERT INTO "note__new" ("author", "code")
SELECT "author", "code"
FROM "note";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "note" RENAME TO "note__old";
ALTER TABLE "note__new" RENAME TO "note";
PRAGMA legacy_alter_table = off;
DROP TABLE "note__old";
