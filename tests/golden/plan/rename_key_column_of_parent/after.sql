CREATE TABLE p (
  -- aludel: renamed from=old_id
  id INTEGER PRIMARY KEY);
CREATE TABLE c (x REFERENCES p (id));
