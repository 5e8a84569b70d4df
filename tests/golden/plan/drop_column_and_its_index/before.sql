CREATE TABLE t (a, b);
CREATE INDEX t_b ON t (b);
