-- refused: not a function that can be used
SELECT version() AS x FROM product
