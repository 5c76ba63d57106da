-- refused: ASCII letters
SELECT title FROM product WHERE sku = $x
