CREATE TABLE t (a, b TEXT DEFAULT (upper('x')));
