-- refused: not a collation
SELECT title COLLATE "de_DE" AS x FROM product
