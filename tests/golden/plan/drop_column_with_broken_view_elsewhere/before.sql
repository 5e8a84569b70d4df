CREATE TABLE t (a, b);
CREATE VIEW broken AS SELECT * FROM nowhere;
