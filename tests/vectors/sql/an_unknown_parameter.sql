-- refused: among `args` or `bind`
SELECT title FROM product WHERE sku = :nobody
