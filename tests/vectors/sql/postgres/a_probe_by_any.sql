-- refused: could guess `customer.email`
SELECT sku FROM product WHERE :guess = ANY (SELECT email FROM customer)
