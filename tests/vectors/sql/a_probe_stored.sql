-- refused: could guess `customer.email`
UPDATE customer SET boss = (email = :guess)
