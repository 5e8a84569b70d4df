CREATE TABLE t (a TEXT, CHECK (a NOT IN ('x, y', ')') -- not these
));
