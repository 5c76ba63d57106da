-- refused: not supported
SELECT (c).email AS x FROM customer AS c
