-- refused: a SELECT, INSERT, UPDATE or DELETE | not SQL
COPY customer TO PROGRAM 'cat'
