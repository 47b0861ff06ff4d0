"""Reading a database from another process: the same snapshot, and nothing but reading (design §4).

The store is a file, so what it reads is tested in ``tests/conformance/test_store.py`` and ``tests/end_to_end``.
"""

import pickle
from pathlib import Path

import pytest

from ledger.errors import UnavailableError
from ledger.store.elsewhere import SqlElsewhere


def test_way_to_a_store_is_sent_as_its_place() -> None:
    """What travels to another process is a path, and the same path is the same way."""
    way = SqlElsewhere(Path("/nowhere/ledger.db"))
    assert pickle.loads(pickle.dumps(way)) == way  # noqa: S301, our own bytes
    assert hash(way) == hash(SqlElsewhere(Path("/nowhere/ledger.db")))


def test_store_that_cannot_be_read_is_said_so() -> None:
    """A helper raises an error of ours, which the one who asked takes for "look yourself" (style §7)."""
    with pytest.raises(UnavailableError, match="cannot be read by another process"), SqlElsewhere(Path("/nowhere/x"))():
        pass
