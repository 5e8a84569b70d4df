CREATE TABLE t (
  id INTEGER PRIMARY KEY,
  -- aludel: renamed from=name
  full_name TEXT,
  name TEXT NOT NULL DEFAULT 'nick' UNIQUE,
  v TEXT
);
