-- refused: not a type that can be used | not supported
SELECT 'x'::mood AS x FROM product
