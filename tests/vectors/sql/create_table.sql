-- refused: a SELECT, INSERT, UPDATE or DELETE
CREATE TABLE copy AS SELECT email FROM customer
