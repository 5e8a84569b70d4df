CREATE TABLE t (a TEXT, b TEXT);
CREATE VIRTUAL TABLE f USING fts5(a, b, content='t');
