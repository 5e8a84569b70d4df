CREATE TABLE t (
  -- aludel: renamed from=old_a
  a, b);
CREATE VIEW v AS SELECT a FROM t;
CREATE VIEW w AS SELECT a FROM v;
