-- Down: sort events into categories

CREATE TABLE new_events (
  id         INTEGER PRIMARY KEY,
  title      TEXT NOT NULL,
  event_type TEXT NOT NULL
);

INSERT INTO new_events (id, title, event_type)
SELECT events.id, events.title, categories.name
FROM events JOIN categories ON categories.id = events.category_id;

DROP TABLE events;
ALTER TABLE new_events RENAME TO events;
DROP TABLE categories;
