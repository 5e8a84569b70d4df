-- Up: list open registrations

CREATE VIEW open_registrations AS
SELECT events.title, categories.name AS category, users.email, registrations.created_at
FROM registrations
JOIN events ON events.id = registrations.event_id
JOIN categories ON categories.id = events.category_id
JOIN users ON users.id = registrations.user_id
WHERE registrations.status = 'open';
