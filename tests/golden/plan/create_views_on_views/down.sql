-- Down: create views on views

-- drop view z_first (metadata)
DROP VIEW "z_first";

-- drop view m_middle (metadata)
DROP VIEW "m_middle";

-- drop view a_last (metadata)
DROP VIEW "a_last";
