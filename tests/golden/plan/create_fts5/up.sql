-- Up: create fts5

-- create virtual table f using fts5 (metadata)
CREATE VIRTUAL TABLE f USING fts5(body);
