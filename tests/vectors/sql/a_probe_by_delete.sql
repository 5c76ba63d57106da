-- refused: could guess `customer.email`
DELETE FROM customer WHERE email = :guess
