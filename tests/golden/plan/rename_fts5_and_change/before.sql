CREATE VIRTUAL TABLE find USING fts5(body);
CREATE VIEW found AS SELECT rowid, body FROM find;
