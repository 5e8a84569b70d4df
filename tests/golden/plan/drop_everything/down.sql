-- Down: drop everything
-- This does not bring back what up.sql took away:
-- The rows of c are lost
-- The rows of p are lost

-- create table p (metadata)
CREATE TABLE p (id INTEGER PRIMARY KEY);

-- create table c (metadata)
CREATE TABLE c (p REFERENCES p);

-- create index i on c (scan)
CREATE INDEX i ON c (p);

-- create view v (metadata)
CREATE VIEW v AS SELECT * FROM c;

-- create trigger g on c (metadata)
CREATE TRIGGER g AFTER INSERT ON c BEGIN SELECT 1; END;
