-- refused: no table functions
SELECT p.name FROM pragma_table_info('customer') p
