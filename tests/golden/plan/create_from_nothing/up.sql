-- Up: create from nothing

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
