-- refused: could guess `customer.email`
SELECT id FROM customer LIMIT (SELECT count(*) AS c FROM customer WHERE email < :guess)
