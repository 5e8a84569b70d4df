CREATE TABLE t (old_a TEXT, b);
