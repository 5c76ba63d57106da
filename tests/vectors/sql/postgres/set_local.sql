-- refused: a SELECT, INSERT, UPDATE or DELETE | not SQL
SET LOCAL broker.raw TO 'on'
