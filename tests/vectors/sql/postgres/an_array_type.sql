-- refused: not a type that can be used | not supported | `arrayBounds`
SELECT '{1}'::int[] AS x FROM product
