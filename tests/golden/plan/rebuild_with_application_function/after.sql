CREATE TABLE t (a TEXT DEFAULT 'x' CHECK (my_check(a)), b AS (my_value(a)));
