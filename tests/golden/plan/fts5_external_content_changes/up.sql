-- Up: fts5 external content changes

-- make f anew with other arguments (metadata)
CREATE VIRTUAL TABLE "f__new" USING fts5(a, b, content='t');

-- keep its options (metadata)
INSERT INTO "f__new" ("f__new", rank)
SELECT k, v
FROM "f_config"
WHERE k <> 'version';

-- index the rows that are there in f__new (rewrite)
INSERT INTO "f__new" ("f__new") VALUES ('rebuild');
DROP TABLE "f";
PRAGMA legacy_alter_table = on;
ALTER TABLE "f__new" RENAME TO "f";
PRAGMA legacy_alter_table = off;
