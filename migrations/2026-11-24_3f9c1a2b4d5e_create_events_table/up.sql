-- Up: create events table

CREATE TABLE events (
  id         INTEGER PRIMARY KEY,
  title      TEXT NOT NULL,
  event_type TEXT NOT NULL
);

INSERT INTO events (title, event_type) VALUES
  ('Distilling for beginners', 'workshop'),
  ('Glass and copper', 'Exhibition'),
  ('The history of the aludel', 'talk'),
  ('Build your own alembic', 'Workshop');
