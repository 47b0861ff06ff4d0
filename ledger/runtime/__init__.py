"""The one place that reads settings, key files and the clock, and that opens and wires a ledger.

A ledger is a directory::

    pledger.toml     what it is: origin and genesis, and its witnesses ([[witness]] with url and vkey); written last,
                     so a directory without it is no ledger. ``store`` is the address of its PostgreSQL, if it has one
    ledger.db        entries, statements, tree, checkpoints (SQLite); not there where pledger.toml names a PostgreSQL
    blobs/           evidence files and observations, by digest
    keys/            private keys, 0600 in a directory of 0700; root.pem is to be kept offline. NAME.signer instead of
                     NAME.pem names the program that holds the key
    policy           the keys of the log, for whoever verifies it (C2SP tlog-policy)
    cosigned/        checkpoints as its witnesses cosigned them, by size
    stamped/         timestamps over checkpoints, by size and authority ([[timestamp]] with url and root; RFC 3161)
    published        the last checkpoint that left, noted after each commit: a database that is behind it is an old copy
    pending/         statements that a server took and that wait for their files, an hour at most
    hooks/           whom a server tells of what the log gained: addresses and secrets (0600), and what is not told yet
    tokens           by which a private ledger is read: digests, 0600
    reads/           who read what, where [serve] asks for that trail
    withheld         in a ledger that was imported: digests of files that its site kept back, a line each

Everything else is handed down from here: nothing below asks for the time, a key file or an environment variable.
Source: style §1, §2, §5; design §3, §5.
"""

from ledger.runtime.database import STORE, upgrade_store
from ledger.runtime.engine import chosen_engine
from ledger.runtime.fetching import fetch_figures
from ledger.runtime.founding import import_log, init
from ledger.runtime.keyring import Keyring, KnownKey, Passphrase, open_key
from ledger.runtime.opened import Ledger, Submitted, check_ledger, format_mapping, open_ledger
from ledger.runtime.said import make_statement
from ledger.runtime.settings import (
    DESK,
    DESK_ROLES,
    LEDGER,
    PASSPHRASE,
    chosen_day,
    chosen_directory,
    chosen_passphrase,
    system_clock,
)
from ledger.runtime.site import mirror_log, open_source

__all__ = [
    "DESK", "DESK_ROLES", "LEDGER", "PASSPHRASE", "STORE", "Keyring", "KnownKey", "Ledger", "Passphrase", "Submitted",
    "check_ledger", "chosen_day", "chosen_directory", "chosen_engine", "chosen_passphrase", "fetch_figures",
    "format_mapping", "import_log", "init", "make_statement", "mirror_log", "open_key", "open_ledger", "open_source",
    "system_clock", "upgrade_store",
]  # fmt: skip
