CREATE TABLE t (a, b -- the last one
);
