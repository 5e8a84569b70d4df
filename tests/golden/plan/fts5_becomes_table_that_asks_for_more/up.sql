-- Up: fts5 becomes table that asks for more

-- drop virtual table docs using fts5 (scan)
-- drop-virtual-table: The content of docs is lost
DROP TABLE "docs";

-- create table docs (metadata)
-- aludel: allow-loss=docs becomes a table
CREATE TABLE docs (id INTEGER PRIMARY KEY, title TEXT, author TEXT NOT NULL);
