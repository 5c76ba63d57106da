-- refused: never beside `customer.email`
UPDATE customer SET boss = (email = :guess)
