-- refused: could guess `customer.email`
SELECT q.id FROM (SELECT id, email AS e FROM customer) q WHERE q.e LIKE :guess
