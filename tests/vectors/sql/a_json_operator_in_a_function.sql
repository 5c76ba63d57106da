-- refused: brackets around
SELECT coalesce(title -> 'a', 'b') AS x FROM product
