-- refused: not supported
WITH c AS (SELECT sku FROM product) DELETE FROM product WHERE sku IN (SELECT sku FROM c)
