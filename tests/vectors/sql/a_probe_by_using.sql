-- refused: could guess `customer.email`
SELECT c.id FROM customer AS c JOIN (SELECT :guess AS email) AS g USING (email)
