-- refused: a cast to INTEGER, REAL or TEXT
SELECT CAST(title AS NUMERIC) AS x FROM product
