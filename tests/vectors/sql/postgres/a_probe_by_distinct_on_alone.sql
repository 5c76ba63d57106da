-- refused: could guess `customer.email`
SELECT DISTINCT ON (boss, email > :guess) id FROM customer
