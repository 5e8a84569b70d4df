CREATE TABLE t (a TEXT CHECK (my_check(a)), b AS (my_value(a)));
