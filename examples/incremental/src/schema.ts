/** What the databases are made of. */

/**
 * The shop as it has been for years: normalised, with 0 and 1 for booleans, and a nightly tool that writes by itself.
 *
 * What is new for the migration is the `version`. It is the position in the log at which a row was written, unless the writer
 * says which one (`shop.version`), and belongs to the order or the product as a whole: whoever changes a line of an order
 * takes the order's lock and gives it another version. So versions of one key grow in the order of commits, which is that of
 * the stream. A deletion leaves the version in `graves`, so that nothing late brings it back.
 */
export const SQL = `
  CREATE TABLE categories (
    id text PRIMARY KEY, name text NOT NULL, parent_id text REFERENCES categories,
    active smallint NOT NULL DEFAULT 1, version bigint NOT NULL DEFAULT 0);
  CREATE TABLE products (
    id text PRIMARY KEY, sku text NOT NULL, name text NOT NULL, price numeric(10, 2) NOT NULL,
    active smallint NOT NULL DEFAULT 1, created_at timestamptz NOT NULL DEFAULT now(), version bigint NOT NULL DEFAULT 0);
  CREATE TABLE product_categories (
    product_id text NOT NULL REFERENCES products ON DELETE CASCADE, category_id text NOT NULL REFERENCES categories,
    position integer NOT NULL, PRIMARY KEY (product_id, category_id));
  CREATE TABLE customers (id text PRIMARY KEY, email text NOT NULL, tier text NOT NULL DEFAULT 'standard');
  CREATE TABLE orders (
    id text PRIMARY KEY, order_number text NOT NULL, customer_id text NOT NULL REFERENCES customers,
    order_date timestamptz NOT NULL DEFAULT now(), status text NOT NULL, paid smallint NOT NULL DEFAULT 0,
    total_amount numeric(12, 2) NOT NULL, version bigint NOT NULL DEFAULT 0);
  CREATE TABLE order_items (
    order_id text NOT NULL REFERENCES orders ON DELETE CASCADE, line integer NOT NULL, product_id text NOT NULL,
    quantity integer NOT NULL, unit_price numeric(10, 2) NOT NULL, PRIMARY KEY (order_id, line));
  CREATE TABLE graves (kind text, id text, version bigint NOT NULL, PRIMARY KEY (kind, id));
  CREATE TABLE heartbeats (module text PRIMARY KEY, at timestamptz NOT NULL);

  CREATE FUNCTION given() RETURNS bigint LANGUAGE sql AS
    $$ SELECT nullif(current_setting('shop.version', true), '')::bigint $$;
  CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE here bigint := pg_current_wal_insert_lsn() - '0/0'::pg_lsn;
    BEGIN
      NEW.version := coalesce(given(), CASE TG_OP WHEN 'UPDATE' THEN greatest(OLD.version + 1, here) ELSE here END);
      RETURN NEW;
    END $$;
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF given() IS NULL THEN
        EXECUTE format('UPDATE %I SET version = version WHERE id = $1', TG_ARGV[0])
          USING to_jsonb(CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END) ->> TG_ARGV[1];
      END IF;
      RETURN NULL;
    END $$;
  CREATE FUNCTION bury() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO graves VALUES (TG_TABLE_NAME, OLD.id, coalesce(given(), OLD.version))
        ON CONFLICT (kind, id) DO UPDATE SET version = greatest(graves.version, excluded.version);
      RETURN NULL;
    END $$;
  ${["categories", "products", "orders"]
    .map(
      (table) => `
  CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION stamp();
  CREATE TRIGGER bury AFTER DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION bury();`,
    )
    .join("")}
  CREATE TRIGGER touch AFTER INSERT OR UPDATE OR DELETE ON product_categories
    FOR EACH ROW EXECUTE FUNCTION touch('products', 'product_id');
  CREATE TRIGGER touch AFTER INSERT OR UPDATE OR DELETE ON order_items
    FOR EACH ROW EXECUTE FUNCTION touch('orders', 'order_id');

  -- Whom the shop writes as: what is taken from it is read-only for the shop.
  CREATE ROLE shop LOGIN;
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO shop;
  ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO shop;
  ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO shop;
`;

/** The tables of each module, in the order in which rows of one refer to rows of another. */
export const TABLES: Readonly<Record<string, readonly string[]>> = {
  products: ["categories", "products", "product_categories"],
  orders: ["orders", "order_items"],
};

/** The document store, and beside it what the stream and the initial load keep: where they are, and what they could not take. */
export const DOCUMENTS = `
  CREATE TABLE documents (
    collection text, id text, version bigint NOT NULL, deleted boolean NOT NULL, document jsonb,
    PRIMARY KEY (collection, id), CHECK (deleted = (document IS NULL)));
  CREATE TABLE partitions (partition text PRIMARY KEY, state jsonb NOT NULL);
  CREATE TABLE positions (module text PRIMARY KEY, lsn pg_lsn NOT NULL, next bigint NOT NULL, heartbeat timestamptz);
  CREATE TABLE checkpoints (kind text PRIMARY KEY, after text NOT NULL, next bigint NOT NULL, done boolean NOT NULL);
  CREATE TABLE dead_letters (
    sequence bigserial PRIMARY KEY, id text UNIQUE NOT NULL, partition text NOT NULL, key text, reason text,
    problem text, change jsonb NOT NULL, decision text CHECK (decision IN ('replay', 'discard')));
`;
