"""Every table, CHECK, unique index and foreign key.

Times are unix seconds and money is minor units unless a name says otherwise. A table of a tenant leads with
`account_id`. `sequence` and an order's id come from the clockwork (identifiers.py): they grow with time, so they
sort and they date. The two hot tables, orders and tickets, carry no foreign keys: see
docs/decisions/0004-hot-tables.md for what stands in their place.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

# A number that the database gives out; SQLite gives one out for INTEGER only.
_Serial = BigInteger().with_variant(Integer, "sqlite")

server_facts = Table(
    "server_facts",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("email", String(255), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("email"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False),
    Column("name", String(255), nullable=False),
    Column("scope", String(8), nullable=False),
    Column("key_sha256", LargeBinary(32), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
    Column("last_used_at", BigInteger),
    UniqueConstraint("account_id", "key_sha256"),
    CheckConstraint("scope IN ('read', 'sales', 'door', 'full')", name="scope"),
)

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("code", String(8), nullable=False),
    Column("bits", Integer, nullable=False),
    Column("public_der", LargeBinary, nullable=False),
    Column("sealed_private_der", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    PrimaryKeyConstraint("account_id", "number"),
    CheckConstraint("code IN ('rsa', 'ed25519')", name="code"),
)

events = Table(
    "events",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("sequence", BigInteger, nullable=False),
    Column("primary_text_pl", Text, nullable=False),
    Column("primary_text_sl", Text),
    Column("secondary_text_pl", Text),
    Column("secondary_text_sl", Text),
    Column("start_datetime", BigInteger),
    Column("location", Text),
    Column("ticket_code", String(8), nullable=False),
    Column("badge", JSON, nullable=False),
    Column("time_zone", String(64), nullable=False, server_default="UTC"),
    Column("print_badges", Boolean, nullable=False, server_default=false()),
    CheckConstraint("ticket_code IN ('rsa', 'ed25519')", name="ticket_code"),
    UniqueConstraint("account_id", "sequence"),
)

badge_backgrounds = Table(
    "badge_backgrounds",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("event_id", BigInteger, ForeignKey("events.id"), primary_key=True, autoincrement=False),
    Column("token", String(32), nullable=False),
    Column("jpeg", LargeBinary, nullable=False),
)

ticket_types = Table(
    "ticket_types",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", BigInteger, ForeignKey("events.id"), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("primary_text_pl", Text, nullable=False),
    Column("primary_text_sl", Text),
    Column("secondary_text_pl", Text),
    Column("secondary_text_sl", Text),
    Column("start_datetime", BigInteger),
    Column("location", Text),
    Column("price_minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    CheckConstraint("price_minor >= 0", name="price"),
    UniqueConstraint("account_id", "sequence"),
    Index(None, "event_id"),
)

stocks = Table(
    "stocks",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("ticket_type_id", BigInteger, ForeignKey("ticket_types.id"), primary_key=True, autoincrement=False),
    Column("available", BigInteger, nullable=False),
    Column("put_on_sale", BigInteger, nullable=False),
    # Grows whenever what an order believes of the type (price, start, code) may have changed.
    Column("version", Integer, nullable=False),
    CheckConstraint("available >= 0", name="available"),
    postgresql_with={"fillfactor": "50"},
)

orders = Table(
    "orders",
    metadata,
    Column("account_id", Integer, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("request_hash", String(255), nullable=False),
    Column("customer", String(255)),
    Column("company", String(255)),
    PrimaryKeyConstraint("account_id", "id"),
    UniqueConstraint("account_id", "request_hash"),
    sqlite_with_rowid=False,
)

tickets = Table(
    "tickets",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("barcode", BigInteger, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("ticket_type_id", BigInteger, nullable=False),
    Column("event_id", BigInteger, nullable=False),
    Column("price_minor", BigInteger, nullable=False),
    Column("valid_from", BigInteger),
    Column("valid_until", BigInteger),
    Column("position", SmallInteger, nullable=False),
    Column("key_number", SmallInteger, nullable=False),
    Column("admitted_at", BigInteger),
    Column("admitted_by_key_id", BigInteger),
    Column("cancelled_at", BigInteger),
    # In time's order, so that a sale appends; the barcode's random order costs its small index alone.
    PrimaryKeyConstraint("account_id", "order_id", "position"),
    UniqueConstraint("account_id", "barcode"),
    sqlite_with_rowid=False,
    # An admission finds room in its ticket's page, and no index has to learn of it (PostgreSQL's heap-only update).
    postgresql_with={"fillfactor": "85"},
)

used_hashes = Table(
    "used_hashes",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False),
    Column("operation", String(16), nullable=False),
    Column("request_hash", String(255), nullable=False),
    PrimaryKeyConstraint("account_id", "operation", "request_hash"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("operation", String(16), nullable=False),
    Column("idempotency_key", String(255), nullable=False),
    Column("body_sha256", LargeBinary(32), nullable=False),
    Column("answer", LargeBinary),
    Column("created_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("account_id", "operation", "idempotency_key"),
    Index(None, "created_at"),
)

# Where badges come out: a printer or queue that is spoken to by IPP, or a page that a browser keeps open.
printers = Table(
    "printers",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False),
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("event_id", BigInteger, ForeignKey("events.id"), nullable=False),
    Column("name", String(255), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("url", Text),  # of an IPP printer
    Column("token_sha256", LargeBinary(32)),  # of the link that opens a station
    Column("api_key_id", BigInteger, ForeignKey("api_keys.id")),  # the gate whose badges it prints; NULL: any
    Column("state", String(40), nullable=False),  # what it last said of itself
    Column("state_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("removed_at", BigInteger),
    CheckConstraint("kind IN ('ipp', 'station')", name="kind"),
    UniqueConstraint("token_sha256"),
    Index(None, "event_id"),
)

print_jobs = Table(
    "print_jobs",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("event_id", BigInteger, nullable=False),
    Column("barcode", BigInteger, nullable=False),
    Column("kind", String(9), nullable=False),
    Column("state", String(9), nullable=False),
    Column("api_key_id", BigInteger),  # the key that admitted
    Column("requested_by", String(255)),  # who asked for a reprint
    Column("printer_id", BigInteger),
    Column("printer_job", Text),  # what the printer calls it
    Column("taken_by", String(32)),  # which process or station page has it in hand
    Column("taken_at", BigInteger),
    Column("taken_until", BigInteger),
    Column("requested_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Column("detail", Text),
    PrimaryKeyConstraint("account_id", "id"),
    CheckConstraint("kind IN ('admission', 'reprint')", name="kind"),
    CheckConstraint(
        "state IN ('waiting', 'sending', 'accepted', 'printed', 'uncertain', 'cancelled', 'failed')", name="state"
    ),
    # What is not over yet is looked for every moment, and is little.
    Index(
        "print_jobs_open_idx",
        "event_id",
        "id",
        sqlite_where=text("state IN ('waiting', 'sending', 'accepted', 'uncertain')"),
        postgresql_where=text("state IN ('waiting', 'sending', 'accepted', 'uncertain')"),
    ),
    sqlite_with_rowid=False,
)

# How an account's person signs in to the portal; an account that only the command line knows has none.
logins = Table(
    "logins",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id"), primary_key=True, autoincrement=False),
    Column("password_hash", Text),
    Column("confirmed_at", BigInteger),  # when the e-mail address was proven
    Column("sealed_totp_secret", LargeBinary),
    Column("totp_confirmed_at", BigInteger),
    Column("totp_last_step", BigInteger),  # a code is good once
    Column("language", String(8)),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False),
    Column("code_sha256", LargeBinary(32), nullable=False),
    Column("used_at", BigInteger),
    PrimaryKeyConstraint("account_id", "code_sha256"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False),
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("token_sha256", LargeBinary(32), nullable=False),
    Column("address", String(64), nullable=False),
    Column("browser", String(255), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    UniqueConstraint("token_sha256"),
    Index(None, "account_id"),
)

# Links that work once: to confirm an address, set a new password, sign in from the terminal, or register by invitation.
one_time_links = Table(
    "one_time_links",
    metadata,
    Column("token_sha256", LargeBinary(32), primary_key=True),
    Column("purpose", String(8), nullable=False),
    Column("email", String(255), nullable=False),
    Column("account_id", BigInteger, ForeignKey("accounts.id")),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    CheckConstraint("purpose IN ('confirm', 'reset', 'sign_in', 'invite')", name="purpose"),
    Index(None, "expires_at"),
)

# Who did what, when, from where. Triggers keep it append-only.
audit_entries = Table(
    "audit_entries",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("act", String(40), nullable=False),  # "order.cancelled"
    Column("actor", String(255), nullable=False),  # "portal", "key 3", "command line"
    Column("address", String(64)),
    Column("subject", String(255)),  # what it was done to: an event id, a SKU, a request hash, a barcode
    Column("details", JSON),
    PrimaryKeyConstraint("account_id", "sequence"),
    Index(None, "account_id", "subject"),
)
