-- Up: record changes of registrations

CREATE TABLE registration_log (
  id       INTEGER PRIMARY KEY,
  at       TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  event_id INTEGER NOT NULL,
  user_id  INTEGER NOT NULL,
  change   TEXT NOT NULL
);

CREATE TRIGGER log_registration_status AFTER UPDATE OF status ON registrations
WHEN old.status IS NOT new.status
BEGIN
  INSERT INTO registration_log (event_id, user_id, change)
  VALUES (
    new.event_id,
    new.user_id,
    CASE new.status WHEN 'cancelled' THEN 'cancelled; was ' || old.status ELSE new.status END
  );
END;
