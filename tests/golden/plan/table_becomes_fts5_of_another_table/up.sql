-- Up: table becomes fts5 of another table

-- drop table find (scan)
-- drop-table: The rows of find are lost
DROP TABLE "find";

-- create virtual table find using fts5 (metadata)
-- aludel: allow-loss=find becomes a virtual table
CREATE VIRTUAL TABLE find USING fts5(body, content='post', content_rowid='id');

-- index the rows that are there in find (rewrite)
INSERT INTO "find" ("find") VALUES ('rebuild');
