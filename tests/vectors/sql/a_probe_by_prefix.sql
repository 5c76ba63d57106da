-- refused: could guess `customer.email`
SELECT id FROM customer WHERE substr(email, 1, 2) = :guess
