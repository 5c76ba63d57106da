INSERT INTO letter (idem, recipient, subject) VALUES (:idem, :to, :subject)
RETURNING id
