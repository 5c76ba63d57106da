-- refused: could guess `customer.email`
SELECT id FROM customer WHERE email BETWEEN SYMMETRIC :guess AND 'm'
