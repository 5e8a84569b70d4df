-- aludel: renamed from=person
CREATE TABLE person_rows (id INTEGER PRIMARY KEY, first TEXT, last TEXT);
CREATE VIEW person AS SELECT id, first || ' ' || last AS name FROM person_rows;
CREATE VIEW lasts AS SELECT last FROM person_rows;
