"""Alembic's door: runs the migrations on the connection that `migrating.py` holds."""

from alembic import context

from ticketsonic.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
