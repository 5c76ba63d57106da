-- refused: no such function
SELECT readfile('/etc/passwd') AS x FROM product
