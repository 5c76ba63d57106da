-- refused: could guess `customer.email`
SELECT email ->> :guess AS n FROM customer
