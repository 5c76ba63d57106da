-- refused: `"c"` is not supported
SELECT c::text AS x FROM customer AS c
