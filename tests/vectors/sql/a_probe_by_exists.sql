-- refused: could guess `customer.email`
SELECT sku FROM product WHERE EXISTS (SELECT 1 FROM customer WHERE email = :guess)
