-- refused: could not be resolved
SELECT ctid AS x FROM customer
