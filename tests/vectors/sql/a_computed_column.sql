-- refused: the column is computed
SELECT lower(email) AS e FROM customer
