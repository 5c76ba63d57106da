-- refused: not a function that can be used
SELECT lpad('a', 1000000000) AS x FROM product
