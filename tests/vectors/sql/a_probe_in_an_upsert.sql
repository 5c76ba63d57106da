-- refused: could guess `customer.email`
INSERT INTO customer (id, email) VALUES (1, :guess) ON CONFLICT (id) DO UPDATE SET email = 'x' WHERE customer.email = excluded.email
