-- aludel: renamed from=t
CREATE TABLE t_legacy (id INTEGER PRIMARY KEY, name TEXT, v INT);
CREATE TABLE t (id TEXT PRIMARY KEY, name TEXT, v INT);
CREATE TABLE child (t REFERENCES t_legacy);
CREATE INDEX by_name ON t (name);
CREATE TRIGGER x AFTER INSERT ON t_legacy BEGIN DELETE FROM child WHERE t = new.id; END;
CREATE VIEW names AS SELECT name FROM t;
