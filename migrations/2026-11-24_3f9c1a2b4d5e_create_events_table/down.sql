-- Down: create events table

DROP TABLE events;
