-- refused: not supported | not SQL
SELECT title FROM product WHERE title GLOB 'a*'
