-- refused: not a function that can be used
SELECT repeat('a', 1000000000) AS x FROM product
