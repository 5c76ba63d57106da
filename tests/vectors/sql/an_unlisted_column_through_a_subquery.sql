-- refused: could not be resolved
SELECT q.s FROM (SELECT secret AS s FROM customer) q
