-- refused: no such function
SELECT writefile('x', 'y') AS x FROM product
