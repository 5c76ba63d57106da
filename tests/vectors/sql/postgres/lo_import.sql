-- refused: not a function that can be used
SELECT lo_import('/etc/passwd') AS x FROM product
