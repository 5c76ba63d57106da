-- refused: not a function that can be used | not supported
SELECT generate_series(1, 10) AS x FROM product
