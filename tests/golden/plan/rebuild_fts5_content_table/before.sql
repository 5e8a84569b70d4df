CREATE TABLE t (a TEXT, b);
CREATE VIRTUAL TABLE f USING fts5(a, content='t');
