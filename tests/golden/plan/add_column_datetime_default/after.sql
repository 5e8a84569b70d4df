CREATE TABLE t (a, b TEXT NOT NULL DEFAULT (datetime('now')));
