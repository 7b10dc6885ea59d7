"""Printers, and a job for each badge that is to come out of one."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make them; an event says whether an admission prints."""
    op.create_table(
        "print_jobs",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("barcode", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("api_key_id", sa.BigInteger(), nullable=True),
        sa.Column("requested_by", sa.String(length=255), nullable=True),
        sa.Column("printer_id", sa.BigInteger(), nullable=True),
        sa.Column("printer_job", sa.Text(), nullable=True),
        sa.Column("taken_by", sa.String(length=32), nullable=True),
        sa.Column("taken_at", sa.BigInteger(), nullable=True),
        sa.Column("taken_until", sa.BigInteger(), nullable=True),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('admission', 'reprint')", name=op.f("print_jobs_kind_check")),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'accepted', 'printed', 'uncertain', 'cancelled', 'failed')",
            name=op.f("print_jobs_state_check"),
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("print_jobs_pkey")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "print_jobs_open_idx",
        "print_jobs",
        ["event_id", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'sending', 'accepted', 'uncertain')"),
        postgresql_where=sa.text("state IN ('waiting', 'sending', 'accepted', 'uncertain')"),
    )
    op.create_table(
        "printers",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("token_sha256", sa.LargeBinary(length=32), nullable=True),
        sa.Column("api_key_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind IN ('ipp', 'station')", name=op.f("printers_kind_check")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("printers_account_id_fkey")),
        sa.ForeignKeyConstraint(["api_key_id"], ["api_keys.id"], name=op.f("printers_api_key_id_fkey")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("printers_event_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("printers_pkey")),
        sa.UniqueConstraint("token_sha256", name=op.f("printers_token_sha256_key")),
    )
    op.create_index(op.f("printers_event_id_idx"), "printers", ["event_id"], unique=False)
    op.add_column("events", sa.Column("print_badges", sa.Boolean(), server_default=sa.false(), nullable=False))
