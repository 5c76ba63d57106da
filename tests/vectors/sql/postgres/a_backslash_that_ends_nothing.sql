-- refused: exactly one statement | not SQL
SELECT title FROM product WHERE title = 'a\'; DELETE FROM product; --'
