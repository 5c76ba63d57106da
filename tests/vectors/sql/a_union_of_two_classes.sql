-- refused: the column is computed
SELECT email FROM customer UNION SELECT title FROM product
