-- refused: not a function that can be used
SELECT title FROM product WHERE pg_sleep(9) IS NULL
