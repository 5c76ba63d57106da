-- refused: not a table listed
SELECT sql FROM sqlite_master
