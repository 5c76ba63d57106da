-- refused: could guess `customer.email`
INSERT INTO customer (id, email) VALUES (9, :guess) ON CONFLICT DO NOTHING
