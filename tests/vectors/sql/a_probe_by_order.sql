-- refused: never beside `customer.email`
SELECT id FROM customer ORDER BY email = :guess
