-- refused: could not be resolved
UPDATE customer SET name = 'x' RETURNING secret
