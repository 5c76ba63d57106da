-- refused: no table functions
SELECT j.value FROM json_each(:x) j
