-- refused: could not be resolved
SELECT secret /* a /* b */ c */ FROM customer
