-- refused: SET column = value
UPDATE product SET (sku, title) = ('a', 'b')
