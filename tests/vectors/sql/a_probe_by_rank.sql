-- refused: could guess `customer.email`
SELECT q.id FROM (SELECT id, rank() OVER (ORDER BY email) AS r FROM customer) AS q WHERE q.r = :guess
