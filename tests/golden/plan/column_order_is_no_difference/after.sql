CREATE TABLE t (c, a, b);
