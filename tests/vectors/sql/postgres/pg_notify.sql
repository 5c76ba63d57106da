-- refused: not a function that can be used
SELECT pg_notify('a', 'b') AS x FROM product
