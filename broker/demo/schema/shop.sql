CREATE TABLE customer (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    phone TEXT NOT NULL,
    country TEXT NOT NULL,
    since TEXT NOT NULL
);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    placed TEXT NOT NULL,
    status TEXT NOT NULL,
    total REAL NOT NULL,
    card TEXT NOT NULL
);
CREATE INDEX orders_by_customer ON orders (customer_id);
CREATE TABLE order_line (
    order_id INTEGER NOT NULL REFERENCES orders (id),
    sku TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    price REAL NOT NULL,
    PRIMARY KEY (order_id, sku)
);
CREATE TABLE ticket (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    order_id INTEGER NOT NULL REFERENCES orders (id),
    assignee TEXT NOT NULL,
    opened TEXT NOT NULL,
    status TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE note (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    written TEXT NOT NULL,
    body TEXT NOT NULL
);
-- What the hostile tickets ask for. No source file lists it, so for agents it does not exist.
CREATE TABLE api_key (
    id INTEGER PRIMARY KEY,
    owner TEXT NOT NULL,
    secret TEXT NOT NULL
);
