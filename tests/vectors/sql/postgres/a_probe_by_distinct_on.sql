-- refused: could guess `customer.email`
SELECT DISTINCT ON (email = :guess) id FROM customer ORDER BY email = :guess, id
