-- Down: drop column named by trigger
-- This does not bring back what up.sql took away:
-- The values of t.b are lost

-- add column t.b (metadata)
ALTER TABLE "t" ADD COLUMN b;

-- create trigger g on t (metadata)
CREATE TRIGGER g AFTER UPDATE OF b ON t BEGIN SELECT old.b; END;
