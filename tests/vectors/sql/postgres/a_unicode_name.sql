-- refused: not supported | could not be resolved | not SQL | ASCII letters | without a schema | unknown
SELECT U&"\0065mail" FROM customer
