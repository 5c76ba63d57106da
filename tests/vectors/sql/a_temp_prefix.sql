-- refused: without a schema prefix
SELECT title FROM temp.product
