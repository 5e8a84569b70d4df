-- Up: create views on views

-- create view z_first (metadata)
CREATE VIEW z_first AS SELECT * FROM t;

-- create view m_middle (metadata)
CREATE VIEW m_middle AS SELECT * FROM z_first;

-- create view a_last (metadata)
CREATE VIEW a_last AS SELECT * FROM m_middle;
