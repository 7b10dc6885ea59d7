# ruff: noqa: S608 - what is put together here are parts of our own
"""What PostgreSQL is asked on the hot path: what a batch needs, in one statement.

A batch without an Idempotency-Key, or of which nothing is printed, is asked without that part and pays nothing for it:
an array more is what asyncpg spells and PostgreSQL plans a node for, and most batches at a gate are small.
"""

Remembers = bool
"""Whether something of the batch has an Idempotency-Key."""
Prints = bool
"""Whether something of the batch is printed."""


def _arrays(first: int, *types: str) -> str:
    """Spell parameters, one array a column, the first of them by its number."""
    return ", ".join(f"${number}::{each}[]" for number, each in enumerate(types, first))


# The LIMIT of what is LATERAL is a fence: without it, PostgreSQL may read every key of an operation and compare, where
# it takes them to be few, and keep to that plan (docs/decisions/0015).
_FIND_KEYS = """
  FROM unnest({arrays}) AS asked (account_id, idempotency_key), LATERAL (
         SELECT k.body_sha256, k.answer FROM idempotency_keys k
          WHERE k.account_id = asked.account_id AND k.operation = '{operation}'
            AND k.idempotency_key = asked.idempotency_key LIMIT 1) AS i"""
_KEY_COLUMNS = "account_id, operation, idempotency_key, body_sha256, answer, created_at"
_KEY_TYPES = ("bigint", "text", "text", "bytea", "bytea", "bigint")

_SALE = """
WITH facts AS (
  SELECT t.id, t.account_id, t.event_id, t.price_minor, t.start_datetime, e.ticket_code, s.version, s.available
    FROM stocks s JOIN ticket_types t ON t.id = s.ticket_type_id JOIN events e ON e.id = t.event_id
   WHERE s.ticket_type_id = ANY($1::bigint[]))
SELECT 1 AS kind, id, account_id, event_id, price_minor, start_datetime, ticket_code, version, available,
       NULL::bytea AS body_sha256
  FROM facts
UNION ALL
SELECT 2, NULL, o.account_id, NULL, NULL, NULL, o.request_hash, NULL, NULL, NULL
  FROM unnest($2::bigint[], $3::text[]) AS asked (account_id, request_hash)
  JOIN orders o ON o.account_id = asked.account_id AND o.request_hash = asked.request_hash"""
_SALE_KEYS = """
UNION ALL
SELECT 3, NULL, asked.account_id, NULL, NULL, NULL, asked.idempotency_key, NULL, NULL, i.body_sha256"""
SALE_VIEW: dict[Remembers, str] = {
    False: _SALE,
    True: _SALE + _SALE_KEYS + _FIND_KEYS.format(arrays=_arrays(4, "bigint", "text"), operation="order/new"),
}
"""Types, their ids; hashes, by account and hash; keys, by account and key."""

LOCK_STOCKS = """
SELECT 1 FROM stocks WHERE ticket_type_id = ANY($1::bigint[]) ORDER BY ticket_type_id FOR NO KEY UPDATE"""

_WRITE_SALES = """
WITH need AS (
  SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::integer[]) AS n (ticket_type_id, units, version)
), locked AS (
  SELECT s.ticket_type_id FROM stocks s JOIN need n ON n.ticket_type_id = s.ticket_type_id
   WHERE s.version = n.version AND s.available >= n.units
   ORDER BY s.ticket_type_id FOR NO KEY UPDATE OF s
), guard AS (
  SELECT (SELECT count(*) FROM locked) = cardinality($1::bigint[]) AS holds
), taken AS (
  UPDATE stocks s SET available = s.available - n.units
    FROM need n WHERE n.ticket_type_id = s.ticket_type_id AND (SELECT holds FROM guard)
  RETURNING s.ticket_type_id, s.available
), placed AS (
  INSERT INTO orders (account_id, id, request_hash, customer, company)
  SELECT * FROM unnest($4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::text[])
   WHERE (SELECT holds FROM guard)
), issued AS (
  INSERT INTO tickets (account_id, order_id, position, barcode, ticket_type_id, event_id, price_minor,
                       valid_from, valid_until, key_number)
  SELECT * FROM unnest($9::bigint[], $10::bigint[], $11::smallint[], $12::bigint[], $13::bigint[], $14::bigint[],
                       $15::bigint[], $16::bigint[], $17::bigint[], $18::smallint[])
   WHERE (SELECT holds FROM guard)
)%s
SELECT ticket_type_id, available FROM taken"""
_REMEMBER_SALES = f""", remembered AS (
  INSERT INTO idempotency_keys ({_KEY_COLUMNS})
  SELECT * FROM unnest({_arrays(19, *_KEY_TYPES)}) WHERE (SELECT holds FROM guard)
)"""
WRITE_SALES: dict[Remembers, str] = {False: _WRITE_SALES % "", True: _WRITE_SALES % _REMEMBER_SALES}
"""Types with units and versions; orders; tickets; keys: each by their columns."""

_TICKET_COLUMNS = """k.account_id, k.order_id, k.position, k.barcode, k.ticket_type_id, k.event_id, k.price_minor,
       k.valid_from, k.valid_until, k.key_number"""
_ADMISSION = f"""
SELECT 1 AS kind, {_TICKET_COLUMNS}, k.admitted_at, k.cancelled_at, t.primary_text_pl, o.customer, o.company,
       e.print_badges, NULL::text AS idempotency_key, NULL::bytea AS body_sha256, NULL::bytea AS answer
  FROM unnest($1::bigint[], $2::bigint[]) AS asked (account_id, barcode)
  JOIN tickets k ON k.account_id = asked.account_id AND k.barcode = asked.barcode
  JOIN ticket_types t ON t.id = k.ticket_type_id
  JOIN events e ON e.id = k.event_id
  JOIN orders o ON o.account_id = k.account_id AND o.id = k.order_id"""
_ADMISSION_KEYS = """
UNION ALL
SELECT 2, asked.account_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       NULL, asked.idempotency_key, i.body_sha256, i.answer"""
ADMISSION_VIEW: dict[Remembers, str] = {
    False: _ADMISSION,
    True: _ADMISSION
    + _ADMISSION_KEYS
    + _FIND_KEYS.format(arrays=_arrays(3, "bigint", "text"), operation="ticket/validate"),
}
"""Tickets, by account and barcode; keys, by account and key."""

_ADMIT = """
WITH asked AS (
  SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[])
             AS a (account_id, barcode, admitted_at, api_key_id)
), locked AS (
  SELECT k.account_id, k.barcode FROM tickets k
    JOIN asked a ON a.account_id = k.account_id AND a.barcode = k.barcode
   WHERE k.admitted_at IS NULL AND k.cancelled_at IS NULL
   ORDER BY k.account_id, k.barcode FOR NO KEY UPDATE OF k
), admitted AS (
  UPDATE tickets k SET admitted_at = a.admitted_at, admitted_by_key_id = a.api_key_id
    FROM locked l JOIN asked a ON a.account_id = l.account_id AND a.barcode = l.barcode
   WHERE k.account_id = l.account_id AND k.barcode = l.barcode
  RETURNING k.account_id, k.barcode
)"""
_REMEMBER_ADMISSIONS = f""", remembered AS (
  INSERT INTO idempotency_keys ({_KEY_COLUMNS})
  SELECT r.account_id, r.operation, r.idempotency_key, r.body_sha256, r.answer, r.created_at
    FROM unnest({_arrays(5, *_KEY_TYPES, "bigint")}) AS r ({_KEY_COLUMNS}, barcode)
    JOIN admitted d ON d.account_id = r.account_id AND d.barcode = r.barcode
   ORDER BY r.account_id, r.idempotency_key
)"""
_PRINT = """, printed AS (
  INSERT INTO print_jobs (account_id, id, event_id, barcode, kind, state, api_key_id, requested_at)
  SELECT j.account_id, j.id, j.event_id, j.barcode, 'admission', 'waiting', j.api_key_id, j.requested_at
    FROM unnest({arrays}) AS j (account_id, id, event_id, barcode, api_key_id, requested_at)
    JOIN admitted d ON d.account_id = j.account_id AND d.barcode = j.barcode
   ORDER BY j.account_id, j.barcode
)"""


def _write_admissions(remembers: Remembers, prints: Prints) -> str:
    parts = [_ADMIT]
    if remembers:
        parts.append(_REMEMBER_ADMISSIONS)
    if prints:
        parts.append(_PRINT.format(arrays=_arrays(12 if remembers else 5, *["bigint"] * 6)))
    return "".join([*parts, "\nSELECT account_id, barcode FROM admitted"])


WRITE_ADMISSIONS: dict[tuple[Remembers, Prints], str] = {
    (remembers, prints): _write_admissions(remembers, prints) for remembers in (False, True) for prints in (False, True)
}
"""Tickets with moment and API key; keys, with the barcode they belong to; print jobs: each by their columns."""

FIND_ORDER = """
SELECT account_id, id, request_hash, customer, company FROM orders WHERE account_id = $1 AND request_hash = $2"""
ORDER_TICKETS = f"SELECT {_TICKET_COLUMNS} FROM tickets k WHERE account_id = $1 AND order_id = $2 ORDER BY position"
