CREATE TABLE t (
  a INTEGER,
  -- aludel: renamed from=rowid
  number TEXT
);
CREATE INDEX i ON t (number);
CREATE VIEW v AS SELECT number AS x FROM t;
CREATE TABLE keyed (oid TEXT PRIMARY KEY,
  -- aludel: renamed from=b
  rowid) WITHOUT ROWID;
