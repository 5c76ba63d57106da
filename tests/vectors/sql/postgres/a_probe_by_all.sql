-- refused: could guess `customer.email`
SELECT sku FROM product WHERE :guess > ALL (SELECT email FROM customer)
