-- refused: could guess `customer.email`
INSERT OR IGNORE INTO customer (id, email) SELECT id, :guess FROM customer
