-- refused: `"c"` is not supported
SELECT row_to_json(c) AS x FROM customer AS c
