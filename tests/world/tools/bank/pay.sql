INSERT INTO payment (idem, account_id, amount) VALUES (:idem, :account_id, :amount)
RETURNING id, account_id, amount
