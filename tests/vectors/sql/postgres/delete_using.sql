-- refused: not supported | not SQL
DELETE FROM product USING order_line WHERE product.sku = order_line.sku
