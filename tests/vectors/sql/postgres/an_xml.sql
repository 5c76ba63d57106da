-- refused: not a type that can be used | not supported
SELECT '<a/>'::xml AS x FROM product
