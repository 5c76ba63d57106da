INSERT INTO outbox (recipient, subject, body, sent_by) VALUES (:to, :subject, :body, :staff)
RETURNING id
