-- refused: a name for
SELECT upper(title) FROM product
