-- refused: not a function that can be used
SELECT array_agg(title) AS x FROM product
