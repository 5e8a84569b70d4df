-- Up: create trigger

-- create trigger g on t (metadata)
CREATE TRIGGER g BEFORE UPDATE OF a ON t FOR EACH ROW WHEN new.a IS NULL BEGIN SELECT CASE WHEN 1 THEN ';' END; END;
