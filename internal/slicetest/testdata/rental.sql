-- A rental shop, as sample databases have it that began on PostgreSQL 9 and were carried along: payments
-- partitioned by month, whose partitions have keys of their own, shop and staff that refer to each other, domains, enums,
-- triggers that write a tsvector, views. A comment on a column says what may stand in it:
-- "values: a, b", or "kinds of TYPE: VALUE=table".

CREATE TYPE rating AS ENUM ('all', '6+', '12+', '16+', '18+');
CREATE TYPE condition AS ENUM ('new', 'good', 'worn', 'lost');
CREATE DOMAIN year AS integer CHECK (VALUE BETWEEN 1 AND 2155);
CREATE DOMAIN amount AS numeric(8,2) NOT NULL CHECK (VALUE >= 0);
CREATE DOMAIN shop_key AS integer CHECK (VALUE > 0);

CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.last_update := timestamptz '2024-02-15 10:00+00';
  RETURN NEW;
END $$;

CREATE TABLE language (
  language_id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name character(20) NOT NULL UNIQUE,
  last_update timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE country (
  country_id serial PRIMARY KEY,
  code character(2) NOT NULL UNIQUE,
  country text NOT NULL,
  last_update timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE city (
  city_id serial PRIMARY KEY,
  city text NOT NULL,
  country_id integer NOT NULL REFERENCES country ON UPDATE CASCADE ON DELETE RESTRICT,
  last_update timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE address (
  address_id serial PRIMARY KEY,
  address text NOT NULL,
  address2 text,
  district text NOT NULL DEFAULT '',
  city_id integer NOT NULL REFERENCES city,
  postal_code text,
  phone text NOT NULL,
  place point,
  last_update timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE category (
  category_id serial PRIMARY KEY,
  parent_id integer REFERENCES category,
  name text NOT NULL,
  UNIQUE (parent_id, name)
);
CREATE TABLE actor (
  actor_id serial PRIMARY KEY,
  first_name text NOT NULL,
  last_name text NOT NULL,
  full_name text GENERATED ALWAYS AS (first_name || ' ' || last_name) STORED,
  born daterange,
  last_update timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE film (
  film_id serial PRIMARY KEY,
  title text NOT NULL,
  description text,
  release_year year,
  language_id smallint NOT NULL REFERENCES language ON UPDATE CASCADE,
  original_language_id smallint REFERENCES language ON UPDATE CASCADE,
  sequel_of integer REFERENCES film,
  rental_duration interval NOT NULL DEFAULT '3 days',
  rental_rate numeric(4,2) NOT NULL DEFAULT 4.99 CHECK (rental_rate >= 0),
  length smallint CHECK (length > 0),
  replacement_cost amount DEFAULT 19.99,
  rating rating DEFAULT 'all',
  special_features text[],
  subtitles jsonb NOT NULL DEFAULT '{}',
  poster bytea,
  fulltext tsvector NOT NULL,
  last_update timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX film_fulltext ON film USING gist (fulltext);
CREATE UNIQUE INDEX film_title_year ON film (lower(title), release_year);
CREATE TRIGGER film_fulltext BEFORE INSERT OR UPDATE ON film
  FOR EACH ROW EXECUTE FUNCTION tsvector_update_trigger('fulltext', 'pg_catalog.english', 'title', 'description');
CREATE TRIGGER last_updated BEFORE UPDATE ON film FOR EACH ROW EXECUTE FUNCTION touched();
CREATE TABLE film_actor (
  actor_id integer NOT NULL REFERENCES actor ON UPDATE CASCADE,
  film_id integer NOT NULL REFERENCES film ON UPDATE CASCADE,
  billing smallint,
  PRIMARY KEY (actor_id, film_id),
  EXCLUDE USING btree (film_id WITH =, billing WITH =)
);
CREATE TABLE film_category (
  film_id integer NOT NULL REFERENCES film,
  category_id integer NOT NULL REFERENCES category,
  PRIMARY KEY (film_id, category_id)
);
CREATE TABLE store (
  store_id shop_key PRIMARY KEY,
  manager_staff_id integer NOT NULL,
  address_id integer NOT NULL REFERENCES address ON UPDATE CASCADE,
  opening time with time zone,
  last_update timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX store_manager ON store (manager_staff_id);
CREATE SEQUENCE store_store_id_seq AS integer OWNED BY store.store_id;
ALTER TABLE store ALTER store_id SET DEFAULT nextval('store_store_id_seq');
CREATE TABLE staff (
  staff_id serial PRIMARY KEY,
  first_name text NOT NULL,
  last_name text NOT NULL,
  address_id integer NOT NULL REFERENCES address ON UPDATE CASCADE,
  email text,
  store_id shop_key NOT NULL REFERENCES store,
  reports_to integer,
  active boolean NOT NULL DEFAULT true,
  username text NOT NULL,
  picture bytea,
  last_update timestamptz NOT NULL DEFAULT now(),
  UNIQUE (store_id, staff_id),
  FOREIGN KEY (store_id, reports_to) REFERENCES staff (store_id, staff_id)
);
CREATE UNIQUE INDEX staff_username ON staff (lower(username)) WHERE active;
ALTER TABLE store ADD FOREIGN KEY (manager_staff_id) REFERENCES staff ON UPDATE CASCADE;
CREATE TABLE customer (
  customer_id serial PRIMARY KEY,
  store_id shop_key NOT NULL REFERENCES store ON UPDATE CASCADE,
  first_name text NOT NULL,
  last_name text NOT NULL,
  email text,
  address_id integer NOT NULL REFERENCES address ON UPDATE CASCADE,
  activebool boolean NOT NULL DEFAULT true,
  create_date date NOT NULL DEFAULT current_date,
  last_update timestamptz DEFAULT now(),
  active integer
);
CREATE INDEX customer_last_name ON customer (last_name);
CREATE TABLE inventory (
  inventory_id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  film_id integer NOT NULL REFERENCES film ON UPDATE CASCADE,
  store_id shop_key NOT NULL REFERENCES store ON UPDATE CASCADE,
  condition condition NOT NULL DEFAULT 'new',
  shelf integer,
  CONSTRAINT inventory_shelf UNIQUE (store_id, shelf) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE TABLE rental (
  rental_id serial PRIMARY KEY,
  rental_date timestamptz NOT NULL,
  inventory_id bigint NOT NULL REFERENCES inventory ON UPDATE CASCADE,
  customer_id integer NOT NULL REFERENCES customer ON UPDATE CASCADE,
  return_date timestamptz,
  staff_id integer NOT NULL REFERENCES staff ON UPDATE CASCADE,
  UNIQUE (rental_date, inventory_id, customer_id)
);
CREATE SEQUENCE payment_payment_id_seq;
CREATE TABLE payment (
  payment_id integer NOT NULL DEFAULT nextval('payment_payment_id_seq'),
  customer_id integer NOT NULL,
  staff_id integer NOT NULL,
  rental_id integer NOT NULL,
  amount amount,
  payment_date timestamptz NOT NULL,
  PRIMARY KEY (payment_date, payment_id)
) PARTITION BY RANGE (payment_date);
ALTER SEQUENCE payment_payment_id_seq OWNED BY payment.payment_id;
-- The keys stand on the partitions, each by a name of its own.
CREATE TABLE payment_2024_01 PARTITION OF payment FOR VALUES FROM ('2024-01-01 00:00+00') TO ('2024-02-01 00:00+00');
CREATE TABLE payment_2024_02 PARTITION OF payment FOR VALUES FROM ('2024-02-01 00:00+00') TO ('2024-03-01 00:00+00');
CREATE TABLE payment_rest (note text, LIKE payment INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
ALTER TABLE payment_rest DROP note;
ALTER TABLE payment ATTACH PARTITION payment_rest DEFAULT;
ALTER TABLE payment_2024_01 ADD FOREIGN KEY (customer_id) REFERENCES customer, ADD FOREIGN KEY (staff_id) REFERENCES staff, ADD FOREIGN KEY (rental_id) REFERENCES rental;
ALTER TABLE payment_2024_02 ADD FOREIGN KEY (customer_id) REFERENCES customer, ADD FOREIGN KEY (staff_id) REFERENCES staff, ADD FOREIGN KEY (rental_id) REFERENCES rental;
ALTER TABLE payment_rest ADD FOREIGN KEY (customer_id) REFERENCES customer, ADD FOREIGN KEY (staff_id) REFERENCES staff, ADD FOREIGN KEY (rental_id) REFERENCES rental;
CREATE INDEX ON payment (customer_id);

CREATE VIEW customer_list AS
  SELECT c.customer_id AS id, c.first_name || ' ' || c.last_name AS name, a.address, city.city, country.country, c.store_id
  FROM customer c JOIN address a USING (address_id) JOIN city USING (city_id) JOIN country USING (country_id);
CREATE MATERIALIZED VIEW sales_by_store AS
  SELECT s.store_id, sum(p.amount) AS total FROM payment p JOIN staff s USING (staff_id) GROUP BY 1;
