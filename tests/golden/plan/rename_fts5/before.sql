CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT);
CREATE VIRTUAL TABLE find USING fts5(body, tokenize='porter');
CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO find (rowid, body) VALUES (new.id, new.body); END;
CREATE VIEW found AS SELECT rowid, body FROM find;
