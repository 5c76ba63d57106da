-- refused: one name, or a path
SELECT title ->> '' AS x FROM product
