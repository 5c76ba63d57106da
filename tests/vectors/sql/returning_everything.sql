-- refused: by its name
UPDATE customer SET name = 'x' RETURNING *
