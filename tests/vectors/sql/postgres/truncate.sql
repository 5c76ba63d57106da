-- refused: a SELECT, INSERT, UPDATE or DELETE | not SQL | exactly one statement
TRUNCATE customer
