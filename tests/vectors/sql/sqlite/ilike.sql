-- refused: not supported | not SQL
SELECT sku FROM product WHERE sku ILIKE 'a'
