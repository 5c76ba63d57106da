-- refused: give the WITH another name
WITH product AS (SELECT 1 AS title) SELECT title FROM product
