"""Layout 1: the first tables, and the triggers that keep them."""

from alembic import op

from ledger.store.migration import statements

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables, their index and their triggers."""
    connection = op.get_bind()
    for statement in statements(revision, connection.dialect.name):
        connection.exec_driver_sql(statement)
