-- Up: add column references

-- add column t.p INTEGER (metadata)
ALTER TABLE "t" ADD COLUMN p INTEGER REFERENCES p (id) ON DELETE CASCADE;
