CREATE VIRTUAL TABLE notes USING fts4(title TEXT, "the body", tokenize=porter);
CREATE VIRTUAL TABLE old_words USING fts3(tokenize porter);
