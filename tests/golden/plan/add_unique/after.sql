CREATE TABLE t (a, b, UNIQUE (a, b));
