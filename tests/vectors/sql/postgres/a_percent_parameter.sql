-- refused: parameters with a name
SELECT title FROM product WHERE sku = %(sku)s
