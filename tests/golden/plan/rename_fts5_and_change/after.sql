-- aludel: renamed from=find
CREATE VIRTUAL TABLE search USING fts5(body, tokenize='porter');
CREATE VIRTUAL TABLE find USING fts5(title);
CREATE VIEW found AS SELECT rowid, body FROM search;
