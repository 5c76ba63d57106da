-- A wholesaler: what it buys of whom and sells to whom. Both databases read this text.
CREATE TABLE region (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE nation (id INTEGER PRIMARY KEY, region_id INTEGER NOT NULL REFERENCES region(id), name TEXT NOT NULL);
CREATE TABLE supplier (
    id INTEGER PRIMARY KEY,
    nation_id INTEGER NOT NULL REFERENCES nation(id),
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    phone TEXT NOT NULL,
    balance NUMERIC(12, 2) NOT NULL,
    remark TEXT NOT NULL
);
CREATE TABLE part (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    maker TEXT NOT NULL,
    brand TEXT NOT NULL,
    kind TEXT NOT NULL,
    size INTEGER NOT NULL,
    container TEXT NOT NULL,
    price NUMERIC(12, 2) NOT NULL
);
CREATE TABLE part_supply (
    part_id INTEGER NOT NULL REFERENCES part(id),
    supplier_id INTEGER NOT NULL REFERENCES supplier(id),
    available INTEGER NOT NULL,
    cost NUMERIC(12, 2) NOT NULL,
    PRIMARY KEY (part_id, supplier_id)
);
CREATE TABLE customer (
    id INTEGER PRIMARY KEY,
    nation_id INTEGER NOT NULL REFERENCES nation(id),
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    phone TEXT,
    email TEXT,
    balance NUMERIC(12, 2) NOT NULL,
    segment TEXT NOT NULL
);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer(id),
    status TEXT NOT NULL,
    total NUMERIC(12, 2) NOT NULL,
    placed DATE NOT NULL,
    priority TEXT NOT NULL,
    clerk TEXT NOT NULL,
    remark TEXT NOT NULL
);
CREATE TABLE line_item (
    order_id INTEGER NOT NULL REFERENCES orders(id),
    line INTEGER NOT NULL,
    part_id INTEGER NOT NULL REFERENCES part(id),
    supplier_id INTEGER NOT NULL REFERENCES supplier(id),
    quantity INTEGER NOT NULL,
    price NUMERIC(12, 2) NOT NULL,
    discount NUMERIC(4, 2) NOT NULL,
    tax NUMERIC(4, 2) NOT NULL,
    returned TEXT NOT NULL,
    status TEXT NOT NULL,
    shipped DATE NOT NULL,
    promised DATE NOT NULL,
    received DATE NOT NULL,
    instruction TEXT NOT NULL,
    mode TEXT NOT NULL,
    PRIMARY KEY (order_id, line)
);
CREATE INDEX orders_customer ON orders (customer_id);
CREATE INDEX line_item_part ON line_item (part_id, supplier_id);
