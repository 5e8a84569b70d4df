CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT);
-- aludel: renamed from=find
CREATE VIRTUAL TABLE search USING fts5(body, tokenize='porter');
CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO search (rowid, body) VALUES (new.id, new.body); END;
CREATE VIEW found AS SELECT rowid, body FROM search;
