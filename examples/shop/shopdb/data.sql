-- The rows of the six tables: the same for the same sizes, to the byte, on every version of
-- PostgreSQL and every machine. Hence no random(), no md5 (some servers forbid it), no
-- floating-point functions, no now(): only integer arithmetic on row numbers.
--
-- Fill hands the sizes over in the settings shop.tenants, shop.shops, shop.customers,
-- shop.products and shop.orders, in the transaction that these steps run in.
--
-- Nothing is looked up in a large table and nothing is sorted: what belongs to what follows
-- from arithmetic, and from short lists of the shops, (ARRAY(SELECT ...))[i], which are read
-- once for each statement. So rows lie on disk by id, which is by time, and a hundredfold size
-- takes a hundredfold time and no more memory. To compute a value once, each SELECT is one
-- layer upon another; OFFSET 0 keeps the planner from melting them together again.

-- step: prepare the data

SET LOCAL jit = off;                      -- compiling takes longer than the small sizes do
SET LOCAL maintenance_work_mem = '128MB'; -- for the indexes
SET LOCAL synchronize_seqscans = off;

-- mix draws a number from 0 to 2147483586 for the n-th row; each salt is another die. Moduli
-- are prime. stir breaks what would else be a straight line, along which neighbours are seen to
-- depend on each other. Both are of the kind that the planner writes out in place of the call.
CREATE FUNCTION pg_temp.stir(x bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$ SELECT x # (x >> 15) $$;

CREATE FUNCTION pg_temp.mix(n bigint, salt bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
    SELECT pg_temp.stir((n * 1597334677 + salt * 1203983221) % 2147483647)
           * 1103515245 % 2147483629 * 1664525003 % 2147483587
$$;

-- low draws one of the numbers 0 to count-1 by a u of mix, small numbers more often: by the
-- square of u.
CREATE FUNCTION pg_temp.low(u bigint, count bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$ SELECT (((u * u) >> 31) * count) >> 31 $$;

-- moment is a point of the five years: part/whole of the way, plus some microseconds.
CREATE FUNCTION pg_temp.moment(part bigint, whole bigint, us bigint) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT timestamptz '2021-01-01 00:00:00+00'
           + (part * (157766400000000 / whole) + part * (157766400000000 % whole) / whole + us) * interval '1 microsecond'
$$;

-- A name that hurts: all that CSV, COPY, spreadsheets and people's code stumble upon.
CREATE FUNCTION pg_temp.hurting(n bigint) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT (ARRAY[
        'O''Brien',
        'the "best"',
        '"',
        '""',
        ',',
        'a,b;c|d',
        E'two\nlines',
        E'two\r\nlines',
        E'a lone\rreturn',
        E'\n',
        E'tab\there',
        E'back\\slash',
        E'\\',
        E'not a line\\nbreak',
        E'\\.',
        E'above\n\\.\nbelow',
        E'\\N',
        'NULL',
        'null',
        '',
        ' ',
        '  leading',
        'trailing  ',
        E'\ttab before',
        '=1+1',
        '#comment',
        'Iñtërnâtiônàlizætiøn',
        E'Zoe\u0301 (combining)',
        E'\u05E9\u05DC\u05D5\u05DD, \u0645\u0631\u062D\u0628\u0627',        -- right to left
        '日本語、中文',
        E'\U0001F469\u200D\U0001F680 \U0001F1EA\U0001F1FA',                 -- emoji of several parts
        E'\uFEFFmark\u200B\u00A0\u2028end'                                  -- what is not seen
    ])[1 + n % 32]
$$;

CREATE FUNCTION pg_temp.phone(id bigint) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN id % 10 = 3 THEN NULL
        WHEN id % 10 = 8 THEN ''
        WHEN id % 50 = 25 THEN (ARRAY[
            ' 555 0100', '555 0100 ', E'\\N', 'NULL', E'\\.', '"', E'555\n0100', '٠٥٥٥٠١٠٠', ' ', '555,0100'
        ])[1 + id / 50 % 10]
        ELSE '+1-555-' || lpad((pg_temp.mix(id, 14) % 10000000)::text, 7, '0')
    END
$$;

CREATE FUNCTION pg_temp.given(n bigint) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT (ARRAY[
        'Ada', 'Amir', 'Anaïs', 'Björn', 'Carmen', 'Chloé', 'Daniel', 'Elif', 'Femi', 'Grace', 'Hana', 'Ines',
        'Ivan', 'Jürgen', 'Kenji', 'Lea', 'Luca', 'María', 'Mei', 'Nadia', 'Noah', 'Olga', 'Priya', 'Quinn',
        'Rosa', 'Samir', 'Siobhán', 'Tomás', 'Uma', 'Wei', 'Yara', 'Zoë'
    ])[1 + n % 32]
$$;

-- An address is plain, also for who is not.
CREATE FUNCTION pg_temp.login(n bigint) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT (ARRAY[
        'ada', 'amir', 'anais', 'bjoern', 'carmen', 'chloe', 'daniel', 'elif', 'femi', 'grace', 'hana', 'ines',
        'ivan', 'juergen', 'kenji', 'lea', 'luca', 'maria', 'mei', 'nadia', 'noah', 'olga', 'priya', 'quinn',
        'rosa', 'samir', 'siobhan', 'tomas', 'uma', 'wei', 'yara', 'zoe'
    ])[1 + n % 32]
$$;

CREATE FUNCTION pg_temp.family(n bigint) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT (ARRAY[
        'Abe', 'Åkesson', 'Bianchi', 'Chen', 'Dubois', 'D''Souza', 'El-Sayed', 'Fernández', 'García', 'Haddad',
        'Ivanova', 'Jones', 'Kim', 'Kowalski', 'Lefèvre', 'Müller', 'Nakamura', 'Nguyen', 'Okafor', 'O''Neill',
        'Patel', 'Quist', 'Rossi', 'Schmidt', 'Silva', 'Smith', 'Tanaka', 'Ünal', 'van der Berg', 'Weiß', 'Yilmaz'
    ])[1 + n % 31]
$$;

CREATE FUNCTION pg_temp.thing(n bigint) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT (ARRAY['Small', 'Large', 'Red', 'Blue', 'Folding', 'Wooden', 'Steel', 'Soft', 'Quiet', 'Bright', 'Spare'])[1 + n % 11]
        || ' '
        || (ARRAY['Chair', 'Lamp', 'Kettle', 'Notebook', 'Rucksack', 'Tent', 'Bicycle Bell', 'Café Table', 'Jacket', 'Clock',
                  'Mug', 'Blanket', 'Torch'])[1 + n % 13]
$$;

-- In cents.
CREATE FUNCTION pg_temp.price(product bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
    SELECT 99 + 100 * ((pg_temp.mix(product, 24) % 300) * (pg_temp.mix(product, 25) % 300) / 150)
$$;

-- How many items an order has: of each hundred orders 45 have one, one has forty, and all
-- together they have 300.
CREATE FUNCTION pg_temp.items(n bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
    SELECT (ARRAY[
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3,
        3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 6, 7, 8, 9, 11, 15, 20, 40
    ]::bigint[])[1 + ((n - 1) * 37 + pg_temp.mix((n - 1) / 100, 42)) % 100]
$$;

-- Customers and products are dealt out to the shops by rounds. A round has as many ids as
-- the shops have slots, and a shop that is larger has more slots: so who belongs to shop s,
-- and which shop a customer belongs to, are both known without a look. Slots are shuffled,
-- and each round begins at another one.
--
-- Shops 10, 11 and 12 are tenant 1's, a large one, one in between and a small one. It has
-- others too, so that a slice of these three is less than all of the tenant.
CREATE TEMP TABLE shop_shop ON COMMIT DROP AS
SELECT id, tenant_id, slots, (sum(slots) OVER (ORDER BY id) - slots)::bigint AS first -- so many slots have those before it
FROM (
    SELECT id,
           CASE WHEN id IN (3, 10, 11, 12, 29) THEN 1
                ELSE 1 + pg_temp.mix(id, 1) % current_setting('shop.tenants')::bigint END AS tenant_id,
           CASE id WHEN 10 THEN 7 WHEN 11 THEN 4 WHEN 12 THEN 1
                   ELSE 1 + 12 / (1 + pg_temp.mix(id, 2) % 12) END AS slots
    FROM generate_series(1, current_setting('shop.shops')::bigint) AS id
) AS shop;

CREATE TEMP TABLE shop_slot ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY pg_temp.mix(id * 16 + turn, 3), id, turn) - 1 AS slot, id AS shop_id, turn
FROM shop_shop, generate_series(0, slots - 1) AS turn;

CREATE TEMP TABLE shop_plan ON COMMIT DROP AS
SELECT current_setting('shop.tenants')::bigint AS tenants,
       current_setting('shop.shops')::bigint AS shops,
       current_setting('shop.customers')::bigint AS customers,
       current_setting('shop.products')::bigint AS products,
       current_setting('shop.orders')::bigint AS orders,
       (SELECT count(*) FROM shop_slot) AS slots;

-- The slot of a customer or product.
CREATE FUNCTION pg_temp.slot(id bigint, slots bigint, salt bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
    SELECT ((id - 1) % slots + pg_temp.mix((id - 1) / slots, salt)) % slots
$$;

-- Orders as they are drawn. Four in ten customers never order of their own accord, the first
-- of the others hundreds of times. Who was not there yet at the time leaves the order to
-- another, so that early customers have more: at an order's time, (orders + 6n) / 7 orders of
-- the customers are there, which is what the created_at of both come to.
CREATE TEMP VIEW shop_drawn_order AS
SELECT n, customer_id, shop_id,
       (ARRAY(SELECT tenant_id FROM shop_shop ORDER BY id))[shop_id] AS tenant_id,
       slots, products, orders
FROM (
    SELECT n, customer_id, slots, products, orders,
           (ARRAY(SELECT shop_id FROM shop_slot ORDER BY slot))[1 + pg_temp.slot(customer_id, slots, 11)] AS shop_id
    FROM (
        SELECT n, slots, products, orders,
               1 + (pg_temp.low(u, customers * 6 / 10) * 7368787 + 4711) % customers
                   % (customers * (orders + 6 * n) / (7 * orders)) AS customer_id
        FROM (
            SELECT n, pg_temp.mix(n, 41) AS u, customers, products, orders, slots
            FROM shop_plan, generate_series(1, orders) AS n
            OFFSET 0
        ) AS dice
        OFFSET 0
    ) AS customer
    OFFSET 0
) AS shop
OFFSET 0;

-- Their items. A product is drawn from the whole rounds of the shop's, early ones more often.
CREATE TEMP VIEW shop_drawn_item AS
SELECT n, item, items, orders, customer_id, shop_id, tenant_id, product_id, quantity,
       pg_temp.price(product_id) AS price
FROM (
    SELECT n, item, items, orders, customer_id, shop_id, tenant_id,
           1 + round * slots + ((ARRAY(SELECT slot FROM shop_slot ORDER BY shop_id, turn))[1 + first + turn]
                                + slots - pg_temp.mix(round, 21) % slots) % slots AS product_id,
           (ARRAY[1, 1, 1, 1, 1, 1, 2, 2, 3, 12])[1 + pg_temp.mix(n * 64 + item, 52) % 10] AS quantity
    FROM (
        SELECT n, item, items, orders, customer_id, shop_id, tenant_id, slots, first,
               nth / shop_slots AS round, nth % shop_slots AS turn
        FROM (
            SELECT n, item, items, orders, customer_id, shop_id, tenant_id, slots, first, shop_slots,
                   pg_temp.low(u, products / slots * shop_slots) AS nth
            FROM (
                SELECT o.*, item,
                       (ARRAY(SELECT slots FROM shop_shop ORDER BY id))[shop_id] AS shop_slots,
                       (ARRAY(SELECT first FROM shop_shop ORDER BY id))[shop_id] AS first,
                       pg_temp.mix(n * 64 + item, 51) AS u
                FROM (SELECT *, pg_temp.items(n) AS items FROM shop_drawn_order OFFSET 0) AS o,
                     generate_series(1, items) AS item
                OFFSET 0
            ) AS dice
            OFFSET 0
        ) AS nth
        OFFSET 0
    ) AS turn
    OFFSET 0
) AS product
OFFSET 0;

-- step: fill accounts_tenant

INSERT INTO accounts_tenant (id, name, subdomain, created_at, is_active)
SELECT id,
       CASE id
           WHEN 1 THEN 'Acme, Inc.'
           WHEN 2 THEN 'O''Neill & Söhne'
           WHEN 3 THEN '"Quoted" Goods'
           WHEN 4 THEN E'Back\\slash Ltd'
           ELSE 'Tenant ' || id
       END,
       CASE id WHEN 1 THEN 'acme' ELSE 'tenant-' || id END,
       pg_temp.moment(id, 16 * tenants, pg_temp.mix(id, 5) % 1000000000),
       id % 5 <> 4
FROM shop_plan, generate_series(1, tenants) AS id;

-- step: fill accounts_shop

INSERT INTO accounts_shop (id, name, url, currency, created_at, tenant_id)
SELECT id,
       CASE id
           WHEN 10 THEN 'Acme "Outlet"'
           WHEN 11 THEN 'Bücher, Tee & mehr'
           WHEN 12 THEN E'Acme\nCorner Shop'
           ELSE (ARRAY['North', 'South', 'East', 'West', 'Harbour', 'Market', 'Station'])[1 + id % 7] || ' Shop ' || id
       END,
       'https://shop-' || id || '.example.com/',
       (ARRAY['USD', 'USD', 'USD', 'EUR', 'GBP', 'JPY'])[1 + pg_temp.mix(id, 6) % 6],
       pg_temp.moment(shops + id, 16 * shops, pg_temp.mix(id, 7) % 1000000),
       tenant_id
FROM shop_plan, (SELECT * FROM shop_shop ORDER BY id) AS shop;

-- step: fill accounts_customer

-- An address is unique in its shop only: ada.1@example.com may be there in each.
INSERT INTO accounts_customer (id, email, first_name, last_name, phone, created_at, shop_id, tenant_id)
SELECT id,
       pg_temp.login(given) || '.' || nth || '@example.com',
       CASE WHEN id % 25 = 7 THEN pg_temp.hurting(id / 25) ELSE pg_temp.given(given) END,
       CASE WHEN id % 25 = 19 THEN pg_temp.hurting(id / 25 + 16) ELSE pg_temp.family(pg_temp.mix(id, 13)) END,
       pg_temp.phone(id),
       pg_temp.moment(customers + 7 * id, 8 * customers, - (pg_temp.mix(id, 15) % 1000000)),
       shop_id,
       (ARRAY(SELECT tenant_id FROM shop_shop ORDER BY id))[shop_id]
FROM (
    SELECT id, customers, shop_id, pg_temp.mix(id, 12) AS given,
           (id - 1) / slots * (ARRAY(SELECT slots FROM shop_shop ORDER BY id))[shop_id]
           + (ARRAY(SELECT turn FROM shop_slot ORDER BY slot))[1 + slot] + 1 AS nth -- of its shop
    FROM (
        SELECT id, slot, slots, customers, (ARRAY(SELECT shop_id FROM shop_slot ORDER BY slot))[1 + slot] AS shop_id
        FROM (
            SELECT id, customers, slots, pg_temp.slot(id, slots, 11) AS slot
            FROM shop_plan, generate_series(1, customers) AS id
            OFFSET 0
        ) AS slot
        OFFSET 0
    ) AS shop
    OFFSET 0
) AS customer;

-- step: fill products_product

-- A shop numbers its products from 1, as its neighbours do.
INSERT INTO products_product
    (id, sku, name, description, price, inventory_count, is_active, created_at, shop_id, tenant_id)
SELECT id,
       'SKU-' || lpad(nth::text, 6, '0'),
       CASE WHEN id % 25 = 3 THEN pg_temp.hurting(id / 25) ELSE pg_temp.thing(dice) || ' ' || nth END,
       CASE
           WHEN id % 10 = 2 THEN NULL
           WHEN id % 10 = 6 THEN ''
           WHEN id % 20 = 9 THEN pg_temp.hurting(id / 20)
           WHEN id % 20 = 19 THEN pg_temp.hurting(id / 20) || E'\n' || pg_temp.hurting(id / 20 + 7) || E'\n' || pg_temp.hurting(id / 20 + 14)
           WHEN id % 500 = 101 THEN repeat(pg_temp.thing(dice) || E', "boxed"\n', 400) -- too long for a page
           ELSE pg_temp.thing(dice) || '. Made in ' || 1950 + dice % 70
                || repeat('. Keeps what it promises', (dice % 5)::int) || '.'
       END,
       pg_temp.price(id) * 0.01,
       CASE WHEN dice % 4 = 0 THEN 0 ELSE dice % 997 END,
       dice % 20 <> 1,
       pg_temp.moment(products + id, 8 * products, - (pg_temp.mix(id, 23) % 1000000)),
       shop_id,
       (ARRAY(SELECT tenant_id FROM shop_shop ORDER BY id))[shop_id]
FROM (
    SELECT id, products, shop_id, pg_temp.mix(id, 22) AS dice,
           (id - 1) / slots * (ARRAY(SELECT slots FROM shop_shop ORDER BY id))[shop_id]
           + (ARRAY(SELECT turn FROM shop_slot ORDER BY slot))[1 + slot] + 1 AS nth -- of its shop
    FROM (
        SELECT id, slot, slots, products, (ARRAY(SELECT shop_id FROM shop_slot ORDER BY slot))[1 + slot] AS shop_id
        FROM (
            SELECT id, products, slots, pg_temp.slot(id, slots, 21) AS slot
            FROM shop_plan, generate_series(1, products) AS id
            OFFSET 0
        ) AS slot
        OFFSET 0
    ) AS shop
    OFFSET 0
) AS product;

-- step: fill orders_order

-- An order's total is the sum of its items. They come in order already, so that a running sum
-- over all orders gives it, and no sort or hash has to hold them.
INSERT INTO orders_order
    (id, order_number, status, total_amount, tax_amount, shipping_amount, created_at, customer_id, shop_id, tenant_id)
SELECT n,
       'ORD-' || lpad(n::text, 9, '0'),
       CASE
           WHEN dice % 100 < 6 THEN 'cancelled'
           WHEN n * 100 < orders * 97 THEN 'delivered'
           ELSE (ARRAY['pending', 'processing', 'shipped', 'delivered'])[1 + dice % 4]
       END,
       (subtotal + tax + shipping) * 0.01,
       tax * 0.01,
       shipping * 0.01,
       pg_temp.moment(orders + 3 * n, 4 * orders, pg_temp.mix(n, 44) % 1000000),
       customer_id, shop_id, tenant_id
FROM (
    SELECT n, orders, subtotal, customer_id, shop_id, tenant_id, pg_temp.mix(n, 43) AS dice,
           (subtotal * (ARRAY[0, 700, 825, 1900])[1 + shop_id % 4] + 5000) / 10000 AS tax,
           CASE WHEN subtotal >= 10000 THEN 0 ELSE 599 END AS shipping
    FROM (
        SELECT n, orders, customer_id, shop_id, tenant_id,
               so_far - lag(so_far, 1, 0::bigint) OVER () AS subtotal
        FROM (
            SELECT *, sum((quantity * price)::integer) OVER (ROWS UNBOUNDED PRECEDING) AS so_far -- sum(bigint) is numeric, and slow
            FROM shop_drawn_item
        ) AS running
        WHERE item = items
    ) AS sums
    OFFSET 0
) AS drawn;

-- step: fill orders_orderitem

INSERT INTO orders_orderitem (id, quantity, unit_price, total_price, order_id, product_id, shop_id, tenant_id)
SELECT row_number() OVER (), quantity, price * 0.01, quantity * price * 0.01, n, product_id, shop_id, tenant_id
FROM shop_drawn_item;

-- step: finish the data

-- Ids that are drawn from now on follow those that are there.
SELECT setval(pg_get_serial_sequence('accounts_tenant', 'id'), max(id)) FROM accounts_tenant;
SELECT setval(pg_get_serial_sequence('accounts_shop', 'id'), max(id)) FROM accounts_shop;
SELECT setval(pg_get_serial_sequence('accounts_customer', 'id'), max(id)) FROM accounts_customer;
SELECT setval(pg_get_serial_sequence('products_product', 'id'), max(id)) FROM products_product;
SELECT setval(pg_get_serial_sequence('orders_order', 'id'), max(id)) FROM orders_order;
SELECT setval(pg_get_serial_sequence('orders_orderitem', 'id'), max(id)) FROM orders_orderitem;

-- Views and functions would stay as long as the connection does.
DROP VIEW shop_drawn_item, shop_drawn_order;
DROP FUNCTION pg_temp.slot, pg_temp.items, pg_temp.price, pg_temp.thing, pg_temp.family, pg_temp.login, pg_temp.given,
    pg_temp.phone, pg_temp.hurting, pg_temp.moment, pg_temp.low, pg_temp.mix,
    pg_temp.stir;

ANALYZE accounts_tenant, accounts_shop, accounts_customer, products_product, orders_order, orders_orderitem;
