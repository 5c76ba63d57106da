-- refused: not a listed column
INSERT INTO customer (id, secret) VALUES (3, 'x')
