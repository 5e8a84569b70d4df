-- Up: add column table foreign key

-- add column t.p INTEGER (metadata)
ALTER TABLE "t" ADD COLUMN p INTEGER CONSTRAINT "fk_p" REFERENCES "p" ("id") ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED;
