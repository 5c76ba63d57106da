-- refused: ASCII letters | not SQL | could not be resolved | exactly one | a SELECT
ѕELECT title FROM product
