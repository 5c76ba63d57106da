CREATE TABLE account (id INTEGER PRIMARY KEY, owner TEXT, email TEXT, phone TEXT, card TEXT, diary TEXT, pin_code TEXT);
CREATE TABLE payment (id INTEGER PRIMARY KEY, idem TEXT NOT NULL, account_id INTEGER NOT NULL, amount REAL NOT NULL);
CREATE TABLE letter (id INTEGER PRIMARY KEY, idem TEXT NOT NULL, recipient TEXT NOT NULL, subject TEXT NOT NULL);
CREATE TABLE tick (n INTEGER PRIMARY KEY);
-- What no source file lists.
CREATE TABLE vault (name TEXT, value TEXT);
