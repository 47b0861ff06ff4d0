"""What Alembic runs to come to the database: over the connection it was handed, in the transaction that is open."""

from alembic import context

from ledger.store.tables import Table

context.configure(connection=context.config.attributes["connection"], target_metadata=Table.metadata)
context.run_migrations()
