-- refused: could not be resolved | unknown table | unknown column
UPDATE product SET title = 'x' RETURNING old.title
