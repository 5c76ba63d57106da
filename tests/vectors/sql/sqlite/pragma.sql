-- refused: a SELECT, INSERT, UPDATE or DELETE
PRAGMA writable_schema = ON
