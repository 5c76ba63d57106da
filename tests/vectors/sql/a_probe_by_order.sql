-- refused: could guess `customer.email`
SELECT id FROM customer ORDER BY email = :guess
