-- refused: could guess `customer.email`
SELECT id FROM customer UNION SELECT id FROM customer WHERE email > :guess
