-- refused: could guess `customer.email`
SELECT id FROM customer WHERE email IS DISTINCT FROM :guess
