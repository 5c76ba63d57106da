-- refused: no table functions | not supported | tables and subqueries only
SELECT u AS x FROM unnest(ARRAY[1, 2]) AS u
