CREATE TABLE t (
  -- aludel: renamed from=a
  b TEXT);
