"""Columnar copies: observations as Parquet, made once from the canonical file and kept under its digest (design §4).

The canonical CSV is the record; a copy is a shortcut that may be thrown away at any moment. It is made from a file that
was checked line by line, with a note of the digests of its own parts, and is used only while the record itself is held
and every part still has its digest; anything else is made again. Parts are bounded, and so is the memory that it takes.
What verifies an audit never reads a copy: it reads the record.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, NoReturn, cast

from ledger.assessment.observation import (
    BASES,
    CELLS,
    FREQUENCIES,
    HEADER,
    LIMB,
    LONGEST_LINE,
    STATUSES,
    read_observations,
)
from ledger.assessment.selection import Load, check_count
from ledger.errors import UnavailableError
from ledger.model.evidence import OBSERVATION_COLUMNS

if TYPE_CHECKING:  # the extra may be absent; types only
    import duckdb

FORM: Final = 1
"""The form of a copy; another form is made again."""

PART: Final = 32 << 20
"""Bytes of the canonical file that one part is made from."""

COLUMNS: Final = (
    "classification VARCHAR", "code VARCHAR", "unit VARCHAR", "basis TINYINT", "frequency TINYINT",
    "day_from INTEGER", "day_to INTEGER", "status TINYINT", "high BIGINT", "low BIGINT", "nano BIGINT",
)  # fmt: skip
"""What a part holds: the cells of an observation as the engines keep them, each no wider than it needs to be."""

_NOTE: Final = "note"
_BLOCK: Final = 1 << 20
_NUMBER: Final = count()


@dataclass(frozen=True, slots=True)
class Copy:
    """One file of observations in columns.

    Attributes:
        parts: Parquet files, in order. ``codes``: classification and code of every observation, each pair once.
    """

    rows: int
    parts: tuple[Path, ...]
    codes: tuple[tuple[str, str], ...]


class ColumnarCopies:
    """A directory of columnar copies, one directory each, named by the digest of the canonical file.

    Args:
        directory: which may be removed at any time, and is made where it is needed.
        is_held: whether the canonical file of a digest is still there; a copy does not outlive it (design §2.3).
    """

    def __init__(self, directory: Path, *, is_held: Callable[[str], bool]) -> None:
        self.directory = directory
        self._is_held = is_held

    def copy(
        self, database: "duckdb.DuckDBPyConnection", load: Load, open_observations: Callable[[str], BinaryIO]
    ) -> Copy:
        """Return the copy of a file, made now where there is none that is whole and unchanged.

        Args:
            database: makes it; it must be allowed to use the directory.

        Raises:
            MalformedError: the file is not canonical, or does not have the rows that its statement says.
            NotFoundError: it is not held.
            UnavailableError: the directory cannot be written.
        """
        place = self._place(load.digest)
        found = _whole(place) if self._is_held(load.digest) else None
        if found is None:
            with _writable(self.directory):
                shutil.rmtree(place, ignore_errors=True)
                incoming = self.directory / f"incoming-{os.getpid()}-{next(_NUMBER)}"
                incoming.mkdir(parents=True)
            try:
                make(database, load, open_observations, folder=incoming)
                with _writable(self.directory):
                    place.parent.mkdir(exist_ok=True)
                    # Another process may have been quicker; its copy is as good.
                    if not place.is_dir():
                        incoming.rename(place)
            finally:
                shutil.rmtree(incoming, ignore_errors=True)
            found = _whole(place)
            if found is None:
                message = f"The columns in {place} changed while they were being made; see to that directory."
                raise UnavailableError(message, path=str(place))
        check_count(load, found.rows)
        return found

    def remove(self, digest: str) -> None:
        """Remove the copy of a file, if there is one."""
        with _writable(self.directory):
            if (place := self._place(digest)).exists():
                shutil.rmtree(place)

    def _place(self, digest: str) -> Path:
        name = digest.removeprefix("sha256:")
        return self.directory / name[:2] / name


def make(
    database: "duckdb.DuckDBPyConnection",
    load: Load,
    open_observations: Callable[[str], BinaryIO],
    *,
    folder: Path,
    part: int = PART,
) -> Copy:
    """Return a file's observations as Parquet in a folder, every line checked; a part at a time is held in memory.

    Args:
        part: bytes of the canonical file for one part.

    Raises:
        MalformedError: the file is not canonical, or does not have the rows that its statement says; the strict reader
            says where.
    """
    import duckdb

    parts: list[Path] = []
    codes: set[tuple[str, str]] = set()
    rows = 0
    before: tuple[bytes, ...] = ()
    piece = folder / "piece.csv"
    try:
        with open_observations(load.digest) as stream:
            if stream.readline(LONGEST_LINE) != HEADER:
                _explain(load, open_observations)
            while ends := _cut(stream, piece, part):
                first, last, is_plain = ends
                if not is_plain or not before < first:
                    _explain(load, open_observations)
                target = folder / _part_name(len(parts))
                found = _write_part(database, piece, target)
                if found is None:
                    _explain(load, open_observations)
                rows += found
                codes.update(_codes(database, target))
                parts.append(target)
                before = last
    except duckdb.Error as error:
        _explain(load, open_observations)
        raise AssertionError(f"DuckDB refuses observations that are canonical: {error}") from error
    finally:
        piece.unlink(missing_ok=True)
    check_count(load, rows)
    _write_note(folder, rows, parts, codes)
    return Copy(rows, tuple(parts), tuple(sorted(codes)))


# --- the note ---------------------------------------------------------------------------------------------------------


def _write_note(folder: Path, rows: int, parts: Sequence[Path], codes: set[tuple[str, str]]) -> None:
    by_classification: dict[str, list[str]] = {}
    for classification, code in sorted(codes):
        by_classification.setdefault(classification, []).append(code)
    note = {
        "form": FORM, "rows": rows, "parts": [[path.name, _digest(path)] for path in parts], "codes": by_classification,
    }  # fmt: skip
    raw = json.dumps(note, separators=(",", ":")).encode()
    (folder / f"{_NOTE}-{hashlib.sha256(raw).hexdigest()}.json").write_bytes(raw)


def _whole(place: Path) -> Copy | None:
    """Return a copy whose note and parts are what they were when it was made, else nothing."""
    notes = sorted(place.glob(f"{_NOTE}-*.json"))
    if len(notes) != 1:
        return None
    try:
        raw = notes[0].read_bytes()
        if notes[0].name != f"{_NOTE}-{hashlib.sha256(raw).hexdigest()}.json":
            return None
        note: Mapping[str, object] = json.loads(raw)
        if note["form"] != FORM:
            return None
        parts = cast("list[list[str]]", note["parts"])
        if any(name != _part_name(number) for number, (name, _) in enumerate(parts)):
            return None
        paths = tuple(place / name for name, _ in parts)
        # hashlib lets other threads run meanwhile: the check takes as long as the disk does.
        with ThreadPoolExecutor() as threads:
            if list(threads.map(_digest, paths)) != [digest for _, digest in parts]:
                return None
        codes = cast("dict[str, list[str]]", note["codes"])
        return Copy(cast("int", note["rows"]), paths, tuple((name, code) for name, of in codes.items() for code in of))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # whatever else it may be, it is not ours
        return None


def _part_name(number: int) -> str:
    return f"{number:05d}.parquet"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- a part -----------------------------------------------------------------------------------------------------------


def _cut(stream: BinaryIO, piece: Path, size: int) -> tuple[tuple[bytes, ...], tuple[bytes, ...], bool] | None:
    """Write the next lines to where DuckDB may read them; return the keys of the first and the last, or nothing left.

    The third is whether line ends and characters are plain, so that they mean to DuckDB what they mean to us.
    """
    first, tail, is_plain, written = b"", b"", True, 0
    with piece.open("wb") as out:
        while written < size and (chunk := stream.read(min(_BLOCK, size))):
            chunk += stream.readline(LONGEST_LINE)
            first = first or chunk[: chunk.find(b"\n") + 1][:LONGEST_LINE]
            is_plain = is_plain and _is_plain(chunk)
            tail = chunk[-2 * LONGEST_LINE :]
            out.write(chunk)
            written += len(chunk)
    if not written:
        return None
    last = tail.removesuffix(b"\n").rpartition(b"\n")[2]
    return _key(first), _key(last), is_plain and tail.endswith(b"\n")


def _is_plain(chunk: bytes) -> bool:
    return b"\r" not in chunk and b"\n\n" not in chunk and b'"' not in chunk and chunk[:1] != b"\n" and chunk.isascii()


def _key(line: bytes) -> tuple[bytes, ...]:
    return tuple(line.split(b",")[:7])


def _write_part(database: "duckdb.DuckDBPyConnection", piece: Path, target: Path) -> int | None:
    """Write one part; return its rows, or nothing where a line is not canonical or out of order."""
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in OBSERVATION_COLUMNS)
    cells = ", ".join(f'coalesce("{name}", \'\') AS "{name}"' for name in OBSERVATION_COLUMNS)
    database.execute(
        f"CREATE OR REPLACE TEMP TABLE raw AS SELECT {cells} FROM read_csv($file, header = false, delim = ',', "
        "quote = '', escape = '', auto_detect = false, strict_mode = true, null_padding = false, "
        f"columns = {{{columns}}})",
        {"file": str(piece)},
    )
    try:
        if not _is_canonical(database):
            return None
        numbers = f"SELECT {_NUMBERS} FROM (SELECT *, {_SMALL} AS small FROM raw)"
        database.execute(f"COPY ({numbers}) TO {quoted(target)} (FORMAT parquet, COMPRESSION zstd)")
        return _one(database, "SELECT count(*) FROM raw")
    finally:
        database.execute("DROP TABLE raw")


def _is_canonical(database: "duckdb.DuckDBPyConnection") -> bool:
    """Whether every line of the table ``raw`` is as it would be written, and above the one before it."""
    # All that a line says besides its value is said by many others, and is looked at once.
    for name, cell in zip(OBSERVATION_COLUMNS, CELLS, strict=True):
        of = "raw" if name == "value" else f'(SELECT DISTINCT "{name}" FROM raw)'
        if _one(database, f'SELECT count(*) FROM {of} WHERE NOT regexp_full_match("{name}", $cell)', cell=cell):
            return False
    days = (
        'TRY_CAST("start" AS DATE) IS NOT NULL AND TRY_CAST("end" AS DATE) IS NOT NULL '
        'AND "start" >= \'0001\' AND "start" <= "end"'
    )
    if _one(database, f'SELECT count(*) FROM (SELECT DISTINCT "start", "end" FROM raw) WHERE NOT ({days})'):
        return False
    lengths = " + ".join(f'length("{name}") + 1' for name in OBSERVATION_COLUMNS)
    if _one(database, f"SELECT count(*) FROM raw WHERE {lengths} > {LONGEST_LINE}"):
        return False
    # Compared cell by cell, as the columns sort; a window without an order takes rows as they were inserted.
    names = ", ".join(f'"{name}"' for name in OBSERVATION_COLUMNS[:-2])
    ordered = f"SELECT row({names}) AS here, lag(row({names})) OVER () AS before FROM raw"
    return not _one(database, f"SELECT count(*) FROM ({ordered}) WHERE before >= here")


def _codes(database: "duckdb.DuckDBPyConnection", part: Path) -> list[tuple[str, str]]:
    sql = f"SELECT DISTINCT classification, code FROM read_parquet({quoted(part)})"  # a path of our own
    return cast("list[tuple[str, str]]", database.execute(sql).fetchall())


def quoted(path: Path) -> str:
    """Return a path as SQL writes a text."""
    return "'" + str(path).replace("'", "''") + "'"


def _position(column: str, words: Sequence[str]) -> str:
    cases = " ".join(f"WHEN '{word}' THEN {number}" for number, word in enumerate(words))
    return f'CASE "{column}" {cases} END'


_SMALL = "CASE WHEN length(value) <= 18 AND NOT contains(value, '.') THEN CAST(value AS BIGINT) END"
"""A value as a whole number, where it is one that 64 bits hold: most are, and need not be taken apart as texts."""

_SIGN = "CASE WHEN starts_with(value, '-') THEN -1 ELSE 1 END"
_WHOLE = "split_part(ltrim(value, '-'), '.', 1)"
_DAY_ONE = "DATE '0001-01-01'"


def _limb(small: str, taken_apart: str) -> str:
    return f"{_SIGN} * CASE WHEN small IS NOT NULL THEN {small} ELSE CAST({taken_apart} AS BIGINT) END"


_CELLS = (
    "classification", "code", "unit", _position("basis", BASES), _position("frequency", FREQUENCIES),
    f'date_diff(\'day\', {_DAY_ONE}, CAST("start" AS DATE)) + 1',
    f'date_diff(\'day\', {_DAY_ONE}, CAST("end" AS DATE)) + 1',
    _position("status", STATUSES),
    _limb(
        f"abs(small) // {LIMB}",
        f"CASE WHEN length({_WHOLE}) > 9 THEN left({_WHOLE}, length({_WHOLE}) - 9) ELSE '0' END",
    ),
    _limb(f"abs(small) % {LIMB}", f"right({_WHOLE}, 9)"),
    _limb("0", "rpad(split_part(value, '.', 2), 9, '0')"),
)  # fmt: skip
_NUMBERS = ", ".join(
    f"CAST({cell} AS {kind}) AS {name}"
    for cell, (name, kind) in zip(_CELLS, (column.split() for column in COLUMNS), strict=True)
)
"""The columns of ``observation`` out of texts, without a float on the way."""


def _one(database: "duckdb.DuckDBPyConnection", sql: str, **values: str) -> int:
    row = database.execute(sql, values).fetchone()
    if row is None:
        raise AssertionError("an aggregate without groups gives one row")
    return int(row[0])


def _explain(load: Load, open_observations: Callable[[str], BinaryIO]) -> NoReturn:
    """Read the file with the strict reader, which raises at the line that is wrong."""
    with open_observations(load.digest) as stream:
        found = sum(1 for _ in read_observations(stream, what=f"observations {load.digest} of entry {load.entry}"))
    check_count(load, found)
    raise AssertionError(f"the column engine refuses observations {load.digest}, the strict reader does not")


@contextmanager
def _writable(directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = (
            f"The columns in {directory} cannot be written: {error.strerror}; make room, or remove that directory, "
            "which is only a copy."
        )
        raise UnavailableError(message, path=str(directory)) from error
