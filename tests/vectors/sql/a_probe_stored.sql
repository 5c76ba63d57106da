-- refused: could guess `customer.email`
UPDATE customer SET email = (email = :guess)
