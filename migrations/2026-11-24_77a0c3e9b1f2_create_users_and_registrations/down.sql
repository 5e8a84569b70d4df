-- Down: create users and registrations

DROP TABLE registrations;
DROP TABLE users;
