-- refused: without an alias
UPDATE product AS p SET title = 'x'
