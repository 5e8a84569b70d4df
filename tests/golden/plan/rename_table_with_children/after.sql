-- aludel: renamed from=old_p
CREATE TABLE p (id INTEGER PRIMARY KEY);
CREATE TABLE c (p REFERENCES p (id));
