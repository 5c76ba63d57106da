-- refused: give the WITH another name
WITH a AS (WITH customer AS (SELECT 1 AS id) SELECT id FROM customer) SELECT customer.name FROM a, customer
