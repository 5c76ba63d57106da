-- refused: not a function that can be used
SELECT current_database() AS x FROM product
