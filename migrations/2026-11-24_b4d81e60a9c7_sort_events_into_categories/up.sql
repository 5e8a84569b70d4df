-- Up: sort events into categories
--
-- A data migration: the free text of event_type becomes a row of a table of its own. The parent of
-- registrations is rebuilt on the way; no registration is lost, although the foreign key cascades.

CREATE TABLE categories (
  id   INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);

INSERT INTO categories (name)
SELECT DISTINCT lower(event_type) FROM events ORDER BY 1;

CREATE TABLE new_events (
  id          INTEGER PRIMARY KEY,
  title       TEXT NOT NULL,
  category_id INTEGER NOT NULL REFERENCES categories (id)
);

INSERT INTO new_events (id, title, category_id)
SELECT events.id, events.title, categories.id
FROM events JOIN categories ON categories.name = lower(events.event_type);

DROP TABLE events;
ALTER TABLE new_events RENAME TO events;
