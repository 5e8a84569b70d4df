-- Up: fts5 contentless

-- create virtual table f using fts5 (metadata)
CREATE VIRTUAL TABLE f USING fts5(a, content='');
