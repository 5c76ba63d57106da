-- refused: not a type that can be used | not supported
SELECT 'x'::public.mood AS x FROM product
