CREATE TABLE t (a, b2);
CREATE INDEX t_b ON t (b2);
