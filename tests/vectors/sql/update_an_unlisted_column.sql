-- refused: not a listed column
UPDATE customer SET secret = 'x'
