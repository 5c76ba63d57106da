-- refused: `"c"` is not supported
SELECT c AS x FROM customer AS c
