CREATE TABLE note (
  author INTEGER,
  code "my type" COLLATE NOCASE,
  PRIMARY KEY (code DESC)
) WITHOUT ROWID;
