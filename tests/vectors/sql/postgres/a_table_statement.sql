-- refused: no `*` | a SELECT, INSERT, UPDATE or DELETE | not SQL
TABLE customer
