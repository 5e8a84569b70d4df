CREATE TABLE t (a, rowid TEXT);
