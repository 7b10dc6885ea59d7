-- How a shop without a queue sells: one transaction an order, on one hot row. Run by pgbench.
\set barcode random(1, 9000000000000000000)
BEGIN;
UPDATE naive_stocks SET available = available - 1 WHERE id = 1 AND available >= 1;
INSERT INTO naive_orders (request_hash, customer, company)
  VALUES (gen_random_uuid()::text, 'Martin Vassilev', 'Martin Vassilev Company');
INSERT INTO naive_tickets (barcode, order_id, ticket_type_id, price_minor)
  VALUES (:barcode, currval('naive_orders_id_seq'), 1, 25000);
COMMIT;
