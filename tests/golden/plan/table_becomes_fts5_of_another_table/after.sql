CREATE TABLE post (id INTEGER PRIMARY KEY, body TEXT);
CREATE VIRTUAL TABLE find USING fts5(body, content='post', content_rowid='id');
