-- refused: could guess `customer.email`
SELECT sku FROM product WHERE :guess IN (SELECT email FROM customer)
