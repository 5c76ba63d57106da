-- refused: not one of the functions
SELECT zeroblob(1000000000) AS x FROM product
