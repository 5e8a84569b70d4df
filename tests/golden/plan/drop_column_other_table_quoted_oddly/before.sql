CREATE TABLE t (a, b);
CREATE TABLE u (x DEFAULT 'q', [y z] TEXT);
