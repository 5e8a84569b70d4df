-- Down: fts5 external content changes

-- drop virtual table f using fts5 (scan)
DROP TABLE "f";

-- create virtual table f using fts5 (metadata)
CREATE VIRTUAL TABLE f USING fts5(a, content='t');

-- index the rows that are there in f (rewrite)
INSERT INTO "f" ("f") VALUES ('rebuild');
