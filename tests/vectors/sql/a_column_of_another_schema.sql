-- refused: could not be resolved | unknown table | not supported | schema prefix
SELECT main.product.title FROM product
