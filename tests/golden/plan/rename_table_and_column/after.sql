-- aludel: renamed from=old_t
CREATE TABLE t (
  -- aludel: renamed from=old_a
  a TEXT NOT NULL);
