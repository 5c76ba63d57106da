-- refused: could not be resolved
SELECT xmin AS x FROM customer
