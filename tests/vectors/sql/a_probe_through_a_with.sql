-- refused: could guess `customer.email`
WITH g AS (SELECT :guess AS word) SELECT c.id FROM customer c JOIN g ON c.email = g.word
