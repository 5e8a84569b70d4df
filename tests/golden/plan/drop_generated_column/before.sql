CREATE TABLE t (a INTEGER, b AS (a + 1));
