"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "accounts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("accounts_pkey")),
        sa.UniqueConstraint("email", name=op.f("accounts_email_key")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("operation", sa.String(length=16), nullable=False),
        sa.Column("idempotency_key", sa.String(length=255), nullable=False),
        sa.Column("body_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "operation", "idempotency_key", name=op.f("idempotency_keys_pkey")),
    )
    op.create_index(op.f("idempotency_keys_created_at_idx"), "idempotency_keys", ["created_at"], unique=False)
    op.create_table(
        "orders",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("request_hash", sa.String(length=255), nullable=False),
        sa.Column("customer", sa.String(length=255), nullable=True),
        sa.Column("company", sa.String(length=255), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("orders_pkey")),
        sa.UniqueConstraint("account_id", "request_hash", name=op.f("orders_account_id_request_hash_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "server_facts",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("server_facts_pkey")),
    )
    op.create_table(
        "tickets",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("barcode", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_type_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=True),
        sa.Column("valid_until", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("key_number", sa.SmallInteger(), nullable=False),
        sa.Column("admitted_at", sa.BigInteger(), nullable=True),
        sa.Column("admitted_by_key_id", sa.BigInteger(), nullable=True),
        sa.Column("cancelled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "order_id", "position", name=op.f("tickets_pkey")),
        sa.UniqueConstraint("account_id", "barcode", name=op.f("tickets_account_id_barcode_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("scope", sa.String(length=8), nullable=False),
        sa.Column("key_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("scope IN ('read', 'sales', 'door', 'full')", name=op.f("api_keys_scope_check")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("api_keys_account_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("api_keys_pkey")),
        sa.UniqueConstraint("account_id", "key_sha256", name=op.f("api_keys_account_id_key_sha256_key")),
    )
    op.create_table(
        "events",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("primary_text_pl", sa.Text(), nullable=False),
        sa.Column("primary_text_sl", sa.Text(), nullable=True),
        sa.Column("secondary_text_pl", sa.Text(), nullable=True),
        sa.Column("secondary_text_sl", sa.Text(), nullable=True),
        sa.Column("start_datetime", sa.BigInteger(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("ticket_code", sa.String(length=8), nullable=False),
        sa.Column("badge", sa.JSON(), nullable=False),
        sa.CheckConstraint("ticket_code IN ('rsa', 'ed25519')", name=op.f("events_ticket_code_check")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("events_account_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("events_pkey")),
        sa.UniqueConstraint("account_id", "sequence", name=op.f("events_account_id_sequence_key")),
    )
    op.create_table(
        "signing_keys",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("bits", sa.Integer(), nullable=False),
        sa.Column("public_der", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_private_der", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("code IN ('rsa', 'ed25519')", name=op.f("signing_keys_code_check")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("signing_keys_account_id_fkey")),
        sa.PrimaryKeyConstraint("account_id", "number", name=op.f("signing_keys_pkey")),
    )
    op.create_table(
        "used_hashes",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("operation", sa.String(length=12), nullable=False),
        sa.Column("request_hash", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("used_hashes_account_id_fkey")),
        sa.PrimaryKeyConstraint("account_id", "operation", "request_hash", name=op.f("used_hashes_pkey")),
    )
    op.create_table(
        "badge_backgrounds",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("badge_backgrounds_event_id_fkey")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("badge_backgrounds_pkey")),
    )
    op.create_table(
        "ticket_types",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("primary_text_pl", sa.Text(), nullable=False),
        sa.Column("primary_text_sl", sa.Text(), nullable=True),
        sa.Column("secondary_text_pl", sa.Text(), nullable=True),
        sa.Column("secondary_text_sl", sa.Text(), nullable=True),
        sa.Column("start_datetime", sa.BigInteger(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ticket_types_price_check")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("ticket_types_account_id_fkey")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("ticket_types_event_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("ticket_types_pkey")),
        sa.UniqueConstraint("account_id", "sequence", name=op.f("ticket_types_account_id_sequence_key")),
    )
    op.create_index(op.f("ticket_types_event_id_idx"), "ticket_types", ["event_id"], unique=False)
    op.create_table(
        "stocks",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_type_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("available", sa.BigInteger(), nullable=False),
        sa.Column("put_on_sale", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("available >= 0", name=op.f("stocks_available_check")),
        sa.ForeignKeyConstraint(["ticket_type_id"], ["ticket_types.id"], name=op.f("stocks_ticket_type_id_fkey")),
        sa.PrimaryKeyConstraint("ticket_type_id", name=op.f("stocks_pkey")),
        postgresql_with={"fillfactor": "50"},
    )
