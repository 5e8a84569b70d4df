-- Down: drop fts5
-- This does not bring back what up.sql took away:
-- The content of f is lost

-- create virtual table f using fts5 (metadata)
CREATE VIRTUAL TABLE f USING fts5(body);
