-- refused: not a function that can be used
SELECT CURRENT_USER AS x FROM product
