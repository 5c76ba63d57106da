-- refused: not supported | could not be resolved | not SQL
SELECT sku FROM product WHERE sku IN api_key
