-- refused: not a table listed
SELECT relname AS x FROM pg_class
