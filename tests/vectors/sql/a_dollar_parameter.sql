-- refused: ASCII letters | not supported
SELECT title FROM product WHERE sku = $x
