CREATE TABLE t (a, b TEXT DEFAULT (lower('A')));
