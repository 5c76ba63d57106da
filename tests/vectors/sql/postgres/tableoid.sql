-- refused: could not be resolved
SELECT tableoid AS x FROM customer
