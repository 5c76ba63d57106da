-- refused: not supported
SELECT id INTO other FROM customer
