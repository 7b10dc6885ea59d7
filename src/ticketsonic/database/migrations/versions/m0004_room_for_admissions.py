"""Room in each page of tickets on PostgreSQL, so that an admission stays in it."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Leave room in the pages that are written from now on."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE tickets SET (fillfactor = 85)")
