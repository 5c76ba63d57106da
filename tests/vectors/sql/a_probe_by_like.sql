-- refused: could guess `customer.email`
SELECT id FROM customer WHERE email LIKE :guess
