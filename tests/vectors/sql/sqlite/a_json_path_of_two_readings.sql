-- refused: one name, or a path
SELECT title ->> 'a.b' AS x FROM product
