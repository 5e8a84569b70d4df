CREATE TABLE t (
  -- aludel: renamed from=a
  b TEXT,
  -- aludel: renamed from=b
  c TEXT);
