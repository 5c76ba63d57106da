-- refused: not supported
SELECT pg_catalog.pg_read_file('/etc/passwd') AS x FROM product
