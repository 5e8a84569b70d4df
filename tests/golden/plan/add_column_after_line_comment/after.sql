CREATE TABLE t (a, b, c TEXT -- a new one
);
