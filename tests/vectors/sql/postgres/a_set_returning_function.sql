-- refused: no table functions
SELECT g AS x FROM generate_series(1, 10) AS g
