"""Tables of an audit that a command was asked for: one as CSV, all of them into a directory (issue of the audit)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledger.cli.file import writing
from ledger.errors import UnavailableError, UsageError

if TYPE_CHECKING:
    from ledger.audit.result import AuditResult
    from ledger.report.table.column import Table

SUMS: Final = "SHA256SUMS"
"""The file beside the tables that lists the digest of each, as ``sha256sum --check`` reads it."""


@dataclass(frozen=True, slots=True)
class Tabular:
    """Which tables are written: the one that a ``.csv`` holds, and the directory that takes every one."""

    table: "Table | None" = None
    directory: Path | None = None

    def write_all(self, result: "AuditResult") -> tuple[Path, ...]:
        """Return the files of every table, and the list of their digests last, once they are written.

        None where no directory was named. A publication names the list, and so the set.

        Raises:
            UnavailableError: the directory cannot be made, or the disk is full.
        """
        if self.directory is None:
            return ()
        from ledger.report.csv import format_csv
        from ledger.report.table.audit import TABLES

        try:
            self.directory.mkdir(exist_ok=True)
        except OSError as error:
            message = f"The directory {self.directory} cannot be made ({error.strerror}); name another."
            raise UnavailableError(message, path=str(self.directory)) from error
        paths = tuple(self.directory / f"{table.name}.csv" for table in TABLES)
        for path, table in zip(paths, TABLES, strict=True):
            with writing(path) as file:
                file.writelines(format_csv(table, result))
        sums = self.directory / SUMS
        lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in paths]
        with writing(sums) as file:
            file.write("".join(lines).encode())
        return (*paths, sums)


def chosen_tables(paths: Sequence[Path], *, table: str | None, directory: Path | None) -> Tabular:
    """Return which tables are asked for, once that is clear.

    Raises:
        UsageError: a ``.csv`` without the name of its table, or a name without a ``.csv``, or one that no table has;
            or the directory is a file, or what it lies in is not there.
    """
    if directory is not None and not directory.is_dir() and (directory.exists() or not directory.parent.is_dir()):
        raise UsageError(f"{directory} can be no directory; name one that is there, or a new one.", path=str(directory))
    is_csv = any(path.suffix == ".csv" for path in paths)
    if table is None:
        if is_csv:
            raise UsageError("A .csv holds one table; say which (--table outcomes), or write them all (--csv DIR).")
        return Tabular(directory=directory)
    if not is_csv:
        raise UsageError("--table says which table a .csv holds; write one (-o FILE.csv), or leave it out.")
    from ledger.report.table.audit import table_named

    return Tabular(table_named(table), directory)
