"""One database opened twice in one process: neither takes the other's locks, whoever else is at work on the file."""

import subprocess
import sys
from pathlib import Path

from ledger.store.sql import SqlStore

ELSEWHERE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT count(*) FROM entry").fetchone()
connection.close()
"""


def test_opening_a_database_again_keeps_the_locks_of_the_first(tmp_path: Path) -> None:
    """POSIX drops a process' locks when any descriptor of the file is closed: another then takes itself for alone.

    Whoever is the last to close a database copies its write-ahead log back and removes it: while it is open here,
    nobody else is the last (SQLite, "How to corrupt an SQLite database file", 2.2).
    """
    path = tmp_path / "ledger.db"
    first = SqlStore.create(path)
    with first.reading() as reading:
        assert reading.head().size == 0
    SqlStore.open(path).close()
    assert SqlStore.upgrade(path) > 0
    subprocess.run([sys.executable, "-c", ELSEWHERE, str(path)], check=True)
    assert path.with_name("ledger.db-wal").exists()
    first.close()
    subprocess.run([sys.executable, "-c", ELSEWHERE, str(path)], check=True)
    assert not path.with_name("ledger.db-wal").exists()
