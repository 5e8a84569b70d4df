CREATE TABLE t ( -- first; a line
  a TEXT DEFAULT 'x', /* b, c */
  b TEXT -- last
);
