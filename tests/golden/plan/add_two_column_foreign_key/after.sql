CREATE TABLE p (x, y, PRIMARY KEY (x, y));
CREATE TABLE t (a, px, py, FOREIGN KEY (px, py) REFERENCES p (x, y));
