CREATE TABLE t (old_a INTEGER, b AS (old_a + 1));
