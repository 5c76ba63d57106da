-- refused: no table functions
SELECT j.value FROM json_each('[1]') AS j
