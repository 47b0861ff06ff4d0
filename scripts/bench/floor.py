"""The floors: what nobody can avoid who keeps such a ledger, each step alone, measured in the same run as the product.

Each floor does its step in the plainest way that is still right, over the very statements that the product is given,
and uses nothing of the product: the model of a statement has its members and patterns but none of its meaning, the
tree is a loop over a stack, the table has three columns and no index. Times are of one thread. Source: the table of
what cannot be avoided in docs/performance.md.
"""

import base64
import hashlib
import itertools
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

T = TypeVar("T")

_HEADER: Final = (
    b'{"author":"%s","index":%d,"kind":"position","prev":"%s","received":"2026-01-01T00:00:00Z","size":%d,'
    b'"statement":"sha256:%s","subject":"soybeans-2019"}'
)

Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:[-.][a-z0-9]+)*$", max_length=80)]
Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class _Via(_Strict):
    copy_read: Text
    how: Literal["byte_copy", "excerpt", "transcription", "paraphrase"]


class _Source(_Strict):
    title: Text
    publisher: Text
    role: Literal["obligor", "obligee", "joint", "third_party", "leak"]
    via: _Via


class _Quote(_Strict):
    text: Text
    language: Text
    speaker: Slug
    locator: Text


class _Body(_Strict):
    party: Slug
    stance: Literal["affirms", "affirms_differently", "silent", "denies"]
    date: Day
    terms: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=200)]
    states: tuple[Literal["number", "date", "product"], ...]
    quote: _Quote
    source: _Source


class _Statement(_Strict):
    anchor: None
    body: _Body
    corrects: Digest | None
    genesis: Digest
    issued: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")]
    schema_: Annotated[Literal["position.v1"], Field(alias="schema")]
    subject: Slug


@dataclass(frozen=True, slots=True)
class Said:
    """A statement taken apart by hand, so that a floor begins where its step does."""

    jws: bytes
    payload: bytes
    signing_input: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Floors:
    """Seconds per statement.

    Attributes:
        read: reading strictly and validating.
        canonical: comparing with the canonical spelling.
        verify: the Ed25519 signature, by OpenSSL.
        sodium: the same by libsodium; where PyNaCl is not installed, as ``verify``.
        hashes: of the statement, of its payload, and of the header that is the leaf.
        tree: appending to the tree, in batches of ``batch``.
        row: the durable row, ``batch`` to a commit.
    """

    batch: int
    read: float
    canonical: float
    verify: float
    sodium: float
    hashes: float
    tree: float
    row: float

    @property
    def sum(self) -> float:
        """What a statement costs at least, its signature verified by OpenSSL."""
        return self.read + self.canonical + self.verify + self.hashes + self.tree + self.row

    @property
    def sum_sodium(self) -> float:
        """The same, its signature verified by libsodium."""
        return self.sum - self.verify + self.sodium

    @property
    def check(self) -> float:
        """What checking an entry costs at least: its hashes, its place in the tree, its signature by OpenSSL."""
        return self.hashes + self.tree + self.verify

    @property
    def check_sodium(self) -> float:
        """The same, its signature verified by libsodium."""
        return self.check - self.verify + self.sodium


def take_apart(raws: Iterable[bytes]) -> list[Said]:
    """Return statements taken apart."""
    said = []
    for raw in raws:
        _, payload, signature = (base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)) for part in raw.split(b"."))
        said.append(Said(raw, payload, raw[: raw.rindex(b".")], signature))
    return said


def measure(raws: Sequence[bytes], public: bytes, *, batch: int, directory: Path) -> Floors:
    """Return the floors over these statements, all signed by one Ed25519 key.

    Args:
        raws: compact JWSs.
        public: the key's 32 bytes.
        batch: statements to a commit.
        directory: on the disk that the ledger is on.
    """
    said = take_apart(raws)
    key = Ed25519PublicKey.from_public_bytes(public)
    leaves = [hashlib.sha256(one.jws).digest() for one in said]
    verify = _each(said, lambda one: key.verify(one.signature, one.signing_input))
    sodium = libsodium()
    return Floors(
        batch=batch,
        read=_each(said, _read),
        canonical=_each(said, _compare),
        verify=verify,
        sodium=verify if sodium is None else _each(said, partial(_open, sodium, public)),
        hashes=_each(said, _hash),
        tree=_timed(lambda: _grow(leaves, batch)) / len(said),
        row=_rows(said, batch, directory) / len(said),
    )


def libsodium() -> Callable[[bytes, bytes], object] | None:
    """Return libsodium's verifier, of a signature with its message and a key; None where PyNaCl is not installed."""
    try:
        from nacl.bindings import crypto_sign_open  # noqa: PLC0415, an extra
    except ImportError:
        return None
    return crypto_sign_open


def fsync(directory: Path, times: int) -> float:
    """Return the seconds that the disk takes to make one small append durable."""
    with tempfile.NamedTemporaryFile(dir=directory) as file:

        def append() -> None:
            for _ in range(times):
                file.write(bytes(4096))
                file.flush()
                os.fdatasync(file.fileno())

        return _timed(append) / times


def _each(said: Sequence[Said], step: Callable[[Said], object]) -> float:
    def run() -> None:
        for one in said:
            step(one)

    return _timed(run) / len(said)


def _timed(run: Callable[[], object]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def _read(one: Said) -> None:
    _Statement.__pydantic_validator__.validate_json(one.payload)


def _open(sodium: Callable[[bytes, bytes], object], public: bytes, one: Said) -> None:
    sodium(one.signature + one.signing_input, public)


def _compare(one: Said) -> None:
    if orjson.dumps(orjson.loads(one.payload), option=orjson.OPT_SORT_KEYS) != one.payload:
        raise SystemExit("a statement is not canonical")


_THUMBPRINT: Final = b"A" * 43
_HEX: Final = b"0" * 64


def _hash(one: Said) -> None:
    hashlib.sha256(one.jws).digest()
    hashlib.sha256(one.payload).digest()
    hashlib.sha256(b"\x00" + _HEADER % (_THUMBPRINT, 12345, _THUMBPRINT, 1234, _HEX)).digest()


def _grow(leaves: Sequence[bytes], batch: int) -> bytes:
    """Return the root over the leaves, joined batch by batch: complete nodes only, none of them kept."""
    sha256 = hashlib.sha256
    standing: list[list[bytes]] = [[] for _ in range(64)]
    for chunk in _chunks(leaves, batch):
        row: list[bytes] = list(chunk)
        for waiting in standing:
            if not row:
                break
            row = waiting + row
            waiting[:] = row[-1:] if len(row) & 1 else []
            row = [sha256(b"\x01" + a + b).digest() for a, b in zip(row[::2], row[1::2], strict=False)]
    return next((waiting[0] for waiting in standing if waiting), b"")


def _rows(said: Sequence[Said], batch: int, directory: Path) -> float:
    """Return the seconds of inserting every statement with a header and a leaf, each batch made durable."""
    with tempfile.TemporaryDirectory(dir=directory) as folder:
        connection = sqlite3.connect(Path(folder) / "floor.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE entry (number INTEGER PRIMARY KEY, header BLOB, leaf BLOB, jws BLOB)")
        header = _HEADER % (_THUMBPRINT, 12345, _THUMBPRINT, 1234, _HEX)
        numbers = itertools.count()
        batches = [[(next(numbers), header, bytes(32), one.jws) for one in chunk] for chunk in _chunks(said, batch)]

        def insert() -> None:
            for rows in batches:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany("INSERT INTO entry VALUES (?, ?, ?, ?)", rows)
                connection.execute("COMMIT")

        took = _timed(insert)
        connection.close()
    return took


def _chunks(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for begin in range(0, len(values), size):
        yield values[begin : begin + size]
