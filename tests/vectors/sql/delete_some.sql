-- refused: not supported
DELETE FROM product ORDER BY sku LIMIT 1
