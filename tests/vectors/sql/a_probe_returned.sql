-- refused: could guess `customer.email`
UPDATE customer SET boss = 1 RETURNING email = :guess AS hit
