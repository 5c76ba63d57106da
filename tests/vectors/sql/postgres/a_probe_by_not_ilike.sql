-- refused: could guess `customer.email`
SELECT id FROM customer WHERE email NOT ILIKE '%' || :guess
