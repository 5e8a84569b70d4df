-- Up: rebuild table of awkward name

-- rebuild table "say ""hi"", it's; --" (metadata)
CREATE TABLE "say ""hi"", it's; --__new" (a TEXT DEFAULT 'x', "b]" TEXT);

-- copy the rows of "say ""hi"", it's; --" (rewrite)
INSERT INTO "say ""hi"", it's; --__new" (rowid, "a", "b]")
SELECT rowid, "a", "b]"
FROM "say ""hi"", it's; --";

-- put the new table into the old one's place (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "say ""hi"", it's; --" RENAME TO "say ""hi"", it's; --__old";
ALTER TABLE "say ""hi"", it's; --__new" RENAME TO "say ""hi"", it's; --";
PRAGMA legacy_alter_table = off;
DROP TABLE "say ""hi"", it's; --__old";
