-- refused: not supported
SELECT row_number() OVER w AS n FROM customer WINDOW w AS (ORDER BY id)
