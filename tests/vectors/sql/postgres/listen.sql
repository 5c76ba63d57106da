-- refused: a SELECT, INSERT, UPDATE or DELETE | not SQL
LISTEN a
