CREATE TABLE t (
  id INTEGER PRIMARY KEY,
  -- aludel: renamed from=name
  full_name TEXT,
  name TEXT NOT NULL DEFAULT 'nick',
  v INT
);
CREATE INDEX by_name ON t (full_name);
CREATE VIEW names AS SELECT id, name FROM t;
