-- A small shop in tables of its own; the names of the columns are those of a well-known example.
CREATE TABLE Customers (
    CustomerID TEXT PRIMARY KEY, CompanyName TEXT, ContactName TEXT,
    City TEXT, Country TEXT, Phone TEXT
);
CREATE TABLE Categories (CategoryID INTEGER PRIMARY KEY, CategoryName TEXT);
CREATE TABLE Products (
    ProductID INTEGER PRIMARY KEY, ProductName TEXT, CategoryID INTEGER, UnitPrice NUMERIC,
    UnitsInStock INTEGER
);
CREATE TABLE Orders (
    OrderID INTEGER PRIMARY KEY, CustomerID TEXT, OrderDate TIMESTAMP, ShippedDate TIMESTAMP,
    Freight NUMERIC, ShipCountry TEXT, Cancelled INTEGER DEFAULT 0
);
CREATE TABLE "Order Details" (
    OrderID INTEGER, ProductID INTEGER, UnitPrice NUMERIC, Quantity INTEGER, Discount REAL,
    PRIMARY KEY (OrderID, ProductID)
);

INSERT INTO Customers VALUES
    ('BLAUE', 'Blaue Blume', 'Nora Falk', 'Mannheim', 'Germany', '+49 621 555 0100'),
    ('CHANT', 'Chant du Nord', 'Luc Petit', 'Lille', 'France', NULL),
    ('HARBR', 'Harbour Prints', 'Mary Stone', 'Bristol', 'UK', NULL),
    ('NEVER', 'Never Ordered', 'Ole Berg', 'Oslo', 'Norway', NULL);
INSERT INTO Categories VALUES (1, 'Prints'), (2, 'Frames');
INSERT INTO Products VALUES
    (1, 'Lighthouse', 1, 18, 39), (2, 'Harbour', 1, 19.5, 17), (3, 'Oak frame', 2, 10, 13);
INSERT INTO Orders VALUES
    (10248, 'BLAUE', '2024-01-04 10:15:00', '2024-01-06 09:00:00', 3.25, 'Germany', 0),
    (10249, 'CHANT', '2024-01-05 16:40:00', NULL, 0, 'France', 0),
    (10250, 'BLAUE', '2024-02-08 08:05:00', '2024-02-09 09:00:00', 4.50, 'Germany', 0),
    (10251, 'HARBR', '2024-02-08 23:55:00', NULL, 2, 'UK', 1),
    (10252, 'CHANT', '2024-03-01 12:00:00', NULL, 5.1, 'Belgium', 0);
INSERT INTO "Order Details" VALUES
    (10248, 1, 18, 2, 0), (10248, 3, 10, 1, 0.15), (10249, 2, 19.5, 1, 0),
    (10250, 1, 18, 1, 0.05), (10251, 2, 19.5, 10, 0), (10252, 3, 9.8, 3, 0.25);
