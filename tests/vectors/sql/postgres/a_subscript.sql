-- refused: not supported
SELECT title[1] AS x FROM product
