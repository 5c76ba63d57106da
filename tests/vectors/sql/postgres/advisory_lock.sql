-- refused: not a function that can be used
SELECT pg_advisory_lock(1) AS x FROM product
