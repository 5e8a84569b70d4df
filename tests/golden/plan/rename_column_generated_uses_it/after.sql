CREATE TABLE t (
  -- aludel: renamed from=old_a
  a INTEGER, b AS (a + 1));
