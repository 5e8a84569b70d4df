CREATE TABLE t (id INTEGER PRIMARY KEY,
  -- aludel: renamed from=old_a
  a TEXT CHECK (a <> ''), UNIQUE (a));
CREATE INDEX i ON t (a) WHERE a > 'b';
CREATE TABLE c (x REFERENCES t (a));
CREATE VIEW v AS SELECT a FROM t;
