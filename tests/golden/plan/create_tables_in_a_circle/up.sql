-- Up: create tables in a circle

-- create table b (metadata)
CREATE TABLE b (id INTEGER PRIMARY KEY, a REFERENCES a);

-- create table a (metadata)
CREATE TABLE a (id INTEGER PRIMARY KEY, b REFERENCES b);
