CREATE TABLE t (a TEXT);
CREATE VIRTUAL TABLE f USING fts5(a, content = 't');
