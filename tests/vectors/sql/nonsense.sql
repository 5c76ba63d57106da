-- refused: not SQL
SELECT FROM WHERE (
