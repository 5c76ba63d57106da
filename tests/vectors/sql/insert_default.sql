-- refused: not supported
INSERT INTO product DEFAULT VALUES
