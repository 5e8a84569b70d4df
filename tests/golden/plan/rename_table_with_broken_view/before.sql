CREATE TABLE old_t (a);
CREATE VIEW broken AS SELECT * FROM nowhere;
