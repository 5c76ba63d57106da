-- refused: could guess `customer.email`
SELECT id FROM customer WHERE email IN ('a@x.example', :guess)
