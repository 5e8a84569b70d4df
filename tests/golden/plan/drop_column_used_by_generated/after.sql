CREATE TABLE t (a INTEGER, c AS (a + 1));
