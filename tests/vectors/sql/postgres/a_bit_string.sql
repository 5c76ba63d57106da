-- refused: not supported
SELECT title FROM product WHERE sku = B'1'
