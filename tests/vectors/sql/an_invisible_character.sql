-- refused: invisible
SELECT title FROM product -- ‮
