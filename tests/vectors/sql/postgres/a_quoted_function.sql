-- refused: not a function that can be used
SELECT "pg_read_file"('/etc/passwd') AS x FROM product
