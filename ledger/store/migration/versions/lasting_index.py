"""Layout 2: the statement of a completeness index is as lasting as charter, keys and erasures (design §2.3)."""

from alembic import op

from ledger.store.migration import statements

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Put a trigger in the place of the one that let an index be erased."""
    connection = op.get_bind()
    for statement in statements(revision, connection.dialect.name):
        connection.exec_driver_sql(statement)
