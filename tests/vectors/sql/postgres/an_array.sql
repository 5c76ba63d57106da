-- refused: not supported | A_ArrayExpr
SELECT ARRAY[1, 2] AS x FROM product
