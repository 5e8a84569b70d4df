CREATE TABLE t (a INTEGER, v AS (a + 1), s AS (a * 2) STORED, x DEFAULT 1);
