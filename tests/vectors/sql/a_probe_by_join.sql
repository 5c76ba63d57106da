-- refused: could guess `customer.email`
SELECT c.id FROM customer AS c JOIN product AS p ON p.sku = :guess OR c.email = :guess
