CREATE TABLE t (id INTEGER PRIMARY KEY, old_a TEXT CHECK (old_a <> ''), UNIQUE (old_a));
CREATE INDEX i ON t (old_a) WHERE old_a > 'b';
CREATE TABLE c (x REFERENCES t (old_a));
CREATE VIEW v AS SELECT old_a FROM t;
