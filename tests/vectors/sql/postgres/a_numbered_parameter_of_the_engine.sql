-- refused: not supported
SELECT title FROM product WHERE sku = $1
