-- Down: record changes of registrations

DROP TRIGGER log_registration_status;
DROP TABLE registration_log;
