CREATE TABLE t (
  -- aludel: renamed from=old_a
  a, b);
CREATE VIEW v AS SELECT a, b FROM t;
CREATE VIEW w AS SELECT * FROM v;
