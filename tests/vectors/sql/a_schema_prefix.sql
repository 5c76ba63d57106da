-- refused: without a schema prefix
SELECT title FROM main.product
