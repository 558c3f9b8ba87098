-- The rows that are measured: tenants of one size, each with ten shops, whose customers and products lie among those of all others
-- by the time at which they came, as in a database that has lived. The tables are those of the example's shop.
--
-- Sizes stand in the settings bench.customers, bench.products and bench.orders; the first two are multiples of 100. Whose row it is
-- follows from arithmetic, so that nothing is looked up: customer and product n are of shop n % 100.

-- tenants
INSERT INTO accounts_tenant
SELECT n, 'Tenant ' || n, 'tenant-' || n, timestamptz '2020-01-01' + n * interval '1 day', n % 5 <> 4
FROM generate_series(1, 10) AS n;

-- shops: 10 to 19 are tenant 1's, and so on
INSERT INTO accounts_shop
SELECT n, 'Shop "' || n || '"', 'https://shop-' || n || '.example.com/', (ARRAY['EUR', 'USD', 'GBP'])[1 + n % 3], timestamptz '2020-02-01' + n * interval '1 day',
       CASE WHEN n < 10 OR n = 100 THEN 10 ELSE n / 10 END
FROM generate_series(1, 100) AS n;

-- customers
INSERT INTO accounts_customer
SELECT n, 'customer.' || n || '@example.com', 'First ' || n % 997, 'Last, ' || n % 1009, CASE WHEN n % 10 <> 3 THEN '+49 30 ' || 1000000 + n END,
       timestamptz '2021-01-01' + n * interval '7 minutes', s.id, s.tenant_id
FROM generate_series(1, current_setting('bench.customers')::bigint) AS n JOIN accounts_shop AS s ON s.id = 1 + (n - 1) % 100
ORDER BY n;

-- products
INSERT INTO products_product
SELECT n, 'SKU-' || lpad(n::text, 8, '0'), 'Product ' || n, CASE n % 10 WHEN 2 THEN NULL WHEN 6 THEN '' WHEN 9 THEN E'Two lines,\nand a "quote"'
       ELSE 'Made in ' || 1950 + n % 70 || repeat('. Keeps what it promises', (n % 5)::int) END,
       (99 + n % 90000) * 0.01, n % 997, n % 20 <> 1, timestamptz '2021-01-01' + n * interval '7 minutes', s.id, s.tenant_id
FROM generate_series(1, current_setting('bench.products')::bigint) AS n JOIN accounts_shop AS s ON s.id = 1 + (n - 1) % 100
ORDER BY n;

-- orders: each customer's in turn, at no distance that repeats
INSERT INTO orders_order
SELECT n, 'ORD-' || lpad(n::text, 9, '0'), (ARRAY['pending', 'processing', 'shipped', 'delivered', 'cancelled'])[1 + n % 5],
       (1999 + n % 90000) * 0.01, (n % 9000) * 0.01, (n % 3) * 4.99, timestamptz '2022-01-01' + n * interval '31.4159 seconds', c, s.id, s.tenant_id
FROM (
    SELECT n, 1 + (n * 2654435761 % 4294967296) * 7919 % current_setting('bench.customers')::bigint AS c
    FROM generate_series(1, current_setting('bench.orders')::bigint) AS n
) AS o JOIN accounts_shop AS s ON s.id = 1 + (c - 1) % 100
ORDER BY n;

-- items: one to five of an order, three on the average, of products of its shop
INSERT INTO orders_orderitem (quantity, unit_price, total_price, order_id, product_id, shop_id, tenant_id)
SELECT 1 + (o.id + i) % 4, (99 + (o.id * i) % 20000) * 0.01, (1 + (o.id + i) % 4) * (99 + (o.id * i) % 20000) * 0.01, o.id,
       o.shop_id + 100 * ((o.id * 2246822519 + i * 3266489917) % 4294967296 % (current_setting('bench.products')::bigint / 100)), o.shop_id, o.tenant_id
FROM orders_order AS o, generate_series(1, 1 + o.id % 5) AS i
ORDER BY o.id, i;

SELECT setval(pg_get_serial_sequence(t, 'id'), 1000000000)
FROM unnest(ARRAY['accounts_tenant', 'accounts_shop', 'accounts_customer', 'products_product', 'orders_order', 'orders_orderitem']) AS t;
