-- Down: list open registrations

DROP VIEW open_registrations;
