-- refused: a SELECT, INSERT, UPDATE or DELETE
ATTACH DATABASE 'other.db' AS other
