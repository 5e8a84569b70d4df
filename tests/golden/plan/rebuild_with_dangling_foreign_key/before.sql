CREATE TABLE c (a, p REFERENCES nowhere (id));
