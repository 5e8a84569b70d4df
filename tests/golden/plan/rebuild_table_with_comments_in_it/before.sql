CREATE TABLE t ( -- first; a line
  a TEXT, /* b, c */
  b TEXT -- last
);
