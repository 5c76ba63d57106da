-- refused: never beside `customer.email`
DELETE FROM customer WHERE email = :guess
