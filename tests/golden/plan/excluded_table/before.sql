CREATE TABLE t (a);
CREATE TABLE spatial_ref (x);
CREATE INDEX spatial_i ON spatial_ref (x);
