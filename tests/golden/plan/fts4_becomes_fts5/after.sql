CREATE VIRTUAL TABLE notes USING fts5(title, "the body", tokenize='porter');
CREATE TABLE old_words (id INTEGER PRIMARY KEY, content TEXT);
