-- refused: not a type that can be used | not supported
SELECT 'product'::regclass AS x FROM product
