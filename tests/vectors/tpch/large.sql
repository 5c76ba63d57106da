-- What is asked of a table of many rows, most of it by an index.

-- l01: the entries of an account
SELECT id, day, amount, memo FROM entry WHERE account_id = 77 ORDER BY id;

-- l02: one entry
SELECT id, amount, memo FROM entry WHERE id = 38077;

-- l03: a range of entries
SELECT id, amount FROM entry WHERE id BETWEEN 30000 AND 30400 ORDER BY id;

-- l04: a day
SELECT id, amount FROM entry WHERE day = '2020-03-07' ORDER BY id LIMIT 100;

-- l05: the newest
SELECT id, amount FROM entry WHERE account_id = 77 ORDER BY id DESC LIMIT 10;

-- l06: a sum
SELECT count(*), sum(amount) FROM entry WHERE account_id = 77;

-- l07: groups
SELECT kind, sum(amount) AS s FROM entry WHERE account_id = 77 GROUP BY kind ORDER BY kind;

-- l08: a join
SELECT a.country, a.mail, e.amount FROM account a JOIN entry e ON e.account_id = a.id WHERE a.id = 77 ORDER BY e.id;

-- l09: a correlated subquery
SELECT a.id, (SELECT max(e.day) FROM entry e WHERE e.account_id = a.id) AS last FROM account a WHERE a.id = 77;

-- l10: IN a subquery
SELECT id, amount FROM entry WHERE account_id IN (SELECT id FROM account WHERE id = 77) ORDER BY id;

-- l11: a WITH
WITH e AS (SELECT day, amount FROM entry WHERE account_id = 77)
SELECT day, sum(amount) FROM e GROUP BY day ORDER BY day;

-- l12: a window
SELECT id, sum(amount) OVER (ORDER BY id) AS running FROM entry WHERE account_id = 77 ORDER BY id;

-- l13: two accounts
SELECT id FROM entry WHERE account_id = 77 UNION ALL SELECT id FROM entry WHERE account_id = 78 ORDER BY 1;

-- l14: everything, as much as fits
SELECT id, amount FROM entry;

-- l15: the last of all
SELECT id, amount FROM entry ORDER BY id DESC LIMIT 5;

-- l16: whether there is one
SELECT a.id FROM account a WHERE a.id IN (77, 78) AND EXISTS (SELECT 1 FROM entry e WHERE e.account_id = a.id AND e.amount > 5);

-- l17: a name that is masked
SELECT holder, mail FROM account WHERE id = 77;

-- l18: a text by its beginning, with another condition that an index serves
SELECT id FROM entry WHERE account_id = 77 AND kind LIKE 'k1%' ORDER BY id;

-- l19: a join of a few accounts
SELECT a.country, sum(e.amount) AS s FROM account a JOIN entry e ON e.account_id = a.id
WHERE a.id BETWEEN 75 AND 79 GROUP BY a.country ORDER BY a.country;

-- l20: a join by a column without an index, of as much as fits
SELECT a.id, e.id AS entry, e.amount FROM account a JOIN entry e ON e.account_id = a.id WHERE a.country = 'c17' LIMIT 100;
