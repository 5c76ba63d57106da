-- refused: tables and subqueries only | not supported
SELECT c.id FROM customer AS c, LATERAL (SELECT c.id AS x) AS l
