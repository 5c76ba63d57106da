-- refused: could guess `customer.email`
SELECT id FROM customer WHERE id IN (SELECT id FROM customer ORDER BY email LIMIT :guess OFFSET 1)
