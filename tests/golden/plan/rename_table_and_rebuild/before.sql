CREATE TABLE old_t (a TEXT, b);
CREATE INDEX i ON old_t (b);
