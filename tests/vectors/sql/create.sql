-- refused: exactly one statement
CREATE TRIGGER t AFTER INSERT ON product BEGIN DELETE FROM customer; END
