-- refused: with its columns named
INSERT INTO product VALUES ('a', 'b')
