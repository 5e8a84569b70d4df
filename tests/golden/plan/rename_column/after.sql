CREATE TABLE t (
  -- aludel: renamed from=old_a
  a TEXT,
  b);
