-- refused: a SELECT, INSERT, UPDATE or DELETE
VACUUM INTO 'copy.db'
