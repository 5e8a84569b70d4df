create table t (a integer primary key, b text default 'x');
create index i on t (b);
