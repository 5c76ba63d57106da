-- refused: a SELECT, INSERT, UPDATE or DELETE | not SQL
SET ROLE postgres
