-- refused: could guess `customer.email`
SELECT id FROM customer WHERE email::text = :guess::text
