-- refused: not a function that can be used
SELECT nextval('s') AS x FROM product
