-- refused: not a function that can be used
SELECT json_build_object('a', title) AS x FROM product
