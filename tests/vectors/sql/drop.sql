-- refused: a SELECT, INSERT, UPDATE or DELETE
DROP TABLE product
