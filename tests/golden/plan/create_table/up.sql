-- Up: create table

-- create table b (metadata)
CREATE TABLE b (id INTEGER PRIMARY KEY, y TEXT NOT NULL);
