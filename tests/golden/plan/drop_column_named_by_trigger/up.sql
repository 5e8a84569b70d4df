-- Up: drop column named by trigger

-- drop trigger g on t (metadata)
DROP TRIGGER "g";

-- drop column t.b (rewrite)
-- drop-column: The values of t.b are lost
ALTER TABLE "t" DROP COLUMN "b";
