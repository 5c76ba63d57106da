-- refused: functions
SELECT fts3_tokenizer('simple') AS x FROM product
