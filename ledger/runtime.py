"""The one place that reads settings, key files and the clock, and that opens and wires a ledger.

A ledger is a directory::

    pledger.toml     what it is: origin and genesis, and its witnesses ([[witness]] with url and vkey); written last,
                     so a directory without it is no ledger
    ledger.db        entries, statements, tree, checkpoints (SQLite)
    blobs/           evidence files and observations, by digest
    keys/            private keys, 0600 in a directory of 0700; root.pem is to be kept offline
    policy           the keys of the log, for whoever verifies it (C2SP tlog-policy)
    cosigned/        checkpoints as its witnesses cosigned them, by size
    published        the last checkpoint that left, noted after each commit: a database that is behind it is an old copy
    withheld         in a ledger that was imported: digests of files that its site kept back, a line each

Everything else is handed down from here: nothing below asks for the time, a key file or an environment variable.
Source: style §1, §2, §5; design §3, §5.
"""

import errno
import fcntl
import os
import re
import shutil
import time
import tomllib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Literal, Self

from pydantic import TypeAdapter, ValidationError

from ledger.assessment import METHOD
from ledger.assessment.authority import Authority, Grant, possession_payload, void
from ledger.assessment.view import Known, Said, look
from ledger.errors import (
    ConflictError,
    ForkError,
    MalformedError,
    NotFoundError,
    PledgerError,
    RefusedError,
    UnavailableError,
    UsageError,
)
from ledger.model.charter import Charter, Origin, Role
from ledger.model.determination import View
from ledger.model.statement import Statement, plain
from ledger.service.check import Checked, check_log
from ledger.service.compose import compose, seal_charter
from ledger.service.pool import pool
from ledger.service.ports import Clock, Progress, Reading, Sign, Store
from ledger.service.publish import Publication, Publisher, make_receipt, refuse_contradiction
from ledger.service.repeat import Spoken
from ledger.service.scene import Folded, fold_authority, read_said
from ledger.signing.envelope import POSSESSION, STATEMENT, Envelope, seal
from ledger.signing.key import Algorithm, PrivateKey, PublicKey
from ledger.store.blobs import DirectoryBlobs, Kept
from ledger.store.published import PublishedFile
from ledger.tlog.checkpoint import Checkpoint, log_keys, parse_checkpoint, sign_checkpoint
from ledger.tlog.finding import Finding
from ledger.tlog.merkle import Hash, consistency_indexes, inclusion_indexes, prove_consistency, prove_inclusion
from ledger.tlog.note import VerifierKey, parse_note, parse_verifier_key
from ledger.tlog.policy import Log, Policy, Witness, format_policy, parse_policy
from ledger.tlog.proof import Receipt, TlogProof
from ledger.tlog.stored import Head, Row

if TYPE_CHECKING:  # heavier rooms are imported by the functions that need them; here only their names
    from ledger.assessment.result import CommitmentResult
    from ledger.assessment.selection import Engine
    from ledger.ingest.document import Draft
    from ledger.ingest.imported import Imported, ImportedSeries
    from ledger.service.cosign import Ask, Cosigned, Wait
    from ledger.service.export import Export
    from ledger.service.export_log import Exported
    from ledger.service.import_log import Imported as ImportedLog
    from ledger.service.mirror import Mirrored
    from ledger.service.site import Source
    from ledger.store.site import DirectorySite
    from ledger.store.sql import SqlStore

LEDGER: Final = "PLEDGER_LEDGER"
"""The setting that names the directory of the ledger, where a command does not."""

PASSPHRASE: Final = "PLEDGER_PASSPHRASE"  # noqa: S105, the name of the setting
"""The setting that protects key files; without it they are protected by their permissions alone."""

DESK: Final = "desk"
"""The working key that ``init`` makes, with every role but the operator's."""

DESK_ROLES: Final[tuple[Role, ...]] = ("recorder", "submitter", "assessor", "auditor", "enforcer")

_CONFIG: Final = "pledger.toml"
_BEGUN: Final = ".init"
_DATABASE: Final = "ledger.db"
_BLOBS: Final = "blobs"
_KEYS: Final = "keys"
_POLICY: Final = "policy"
_COSIGNED: Final = "cosigned"
_PUBLISHED: Final = "published"
_WITHHELD: Final = "withheld"
_PARTS: Final = (
    _DATABASE, f"{_DATABASE}-wal", f"{_DATABASE}-shm", _BLOBS, _KEYS, _POLICY, _WITHHELD, _PUBLISHED, f".{_PUBLISHED}",
)  # fmt: skip
_SITE: Final = frozenset({"blob", "policy", "statement", "tile"})
_CHARTER_KEYS: Final[dict[str, Algorithm]] = {
    "root": "Ed25519", "operator": "Ed25519", DESK: "Ed25519", "checkpoint-ed25519": "Ed25519",
    "checkpoint-mldsa": "ML-DSA-44",
}  # fmt: skip
_NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

MakeKey = Callable[[Algorithm], PrivateKey]
"""Makes a new key; the system's randomness unless a test gives fixed ones."""


def system_clock() -> str:
    """Return the present moment by the system's clock, ``YYYY-MM-DDTHH:MM:SSZ``."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def chosen_directory(given: Path | None = None) -> Path:
    """Return the ledger's directory: the one given, else that of ``PLEDGER_LEDGER``, else the current one if it is one.

    Raises:
        UsageError: neither names one, and the current directory is no ledger.
    """
    if given is not None:
        return given
    setting = os.environ.get(LEDGER, "")
    if setting:
        return Path(setting)
    if Path(_CONFIG).is_file():
        return Path()
    raise UsageError(f"No ledger is named, and there is none here; give --ledger DIR, or set {LEDGER}.")


def chosen_passphrase() -> bytes | None:
    """Return what protects key files, where ``PLEDGER_PASSPHRASE`` says it."""
    setting = os.environ.get(PASSPHRASE, "")
    return setting.encode() if setting else None


# --- beginning a ledger -----------------------------------------------------------------------------------------------


def init(
    directory: Path,
    *,
    origin: str,
    title: str | None = None,
    quorum: int = 0,
    answer_after: Literal["commit", "quorum"] = "commit",
    at: Clock = system_clock,
    make_key: MakeKey = PrivateKey.generate,
    passphrase: bytes | None = None,
) -> "Ledger":
    """Make a new ledger in an empty or absent directory, and open it.

    Entry 0 is the charter, with one root key; entry 1 grants the working key ``desk`` its roles. The configuration is
    written last, by a rename: before it the directory is no ledger, and a new ``init`` begins again where one was
    broken off.

    Args:
        directory: where it is to be.
        origin: the log's name, such as ``example.org/ledger``.
        title: of the ledger, for people; the origin if none is given.
        quorum: how many witnesses have to cosign a checkpoint.
        answer_after: when a receipt is given: once its entry is committed, or once the quorum has cosigned.
        at: the clock.
        make_key: makes the five keys.
        passphrase: protects the key files, where one is given.

    Raises:
        ConflictError: the directory holds something.
        MalformedError: the origin is not a log's name.
        UnavailableError: it cannot be written, or another ``init`` is at work there.
    """
    _refuse_origin(origin)
    was_there = directory.exists()
    with _begun(directory):
        try:
            rules = {"title": title or origin, "quorum": quorum, "answer_after": answer_after}
            genesis = _found(directory, origin, rules, at=at, make_key=make_key, passphrase=passphrase)
            _write_config(directory, origin=origin, genesis=genesis)
        except BaseException:
            _clear(directory)
            if not was_there:
                directory.rmdir()
            raise
    return open_ledger(directory, at=at, passphrase=passphrase)


def _refuse_origin(origin: str) -> None:
    try:
        TypeAdapter(Origin).validate_python(origin, strict=True)
    except ValidationError as error:
        message = f"{origin!r} is not a log's origin; write it as a host name with a path: example.org/ledger."
        raise MalformedError(message, origin=origin) from error


@contextmanager
def _begun(directory: Path) -> Iterator[None]:
    """Take the directory for a new ledger: a marker in it says so until the configuration replaces it."""
    marker = directory / _BEGUN
    try:
        directory.mkdir(parents=True, exist_ok=True)
        inside = {path.name for path in directory.iterdir()}
        if inside and _BEGUN not in inside:
            message = f"The directory {directory} holds something already; choose an empty or a new one."
            raise ConflictError(message, directory=str(directory))
        with marker.open("w", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                message = f"Another pledger init is at work in {directory}; wait until it is done."
                raise UnavailableError(message, directory=str(directory)) from error
            # Whatever an earlier attempt left is from before its ledger began to exist: nobody has seen it.
            _clear(directory, keep=_BEGUN)
            yield
    except OSError as error:
        raise _unwritable(directory, error) from error


def _clear(directory: Path, *, keep: str = "") -> None:
    """Remove what ``init`` makes, and nothing else."""
    for name in (*_PARTS, _BEGUN):
        path = directory / name
        if name == keep:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _found(
    directory: Path,
    origin: str,
    rules: Mapping[str, object],
    *,
    at: Clock,
    make_key: MakeKey,
    passphrase: bytes | None,
) -> str:
    """Make the keys, the store and the first two entries; return the charter's name."""
    from ledger.store.sql import SqlStore

    ring = Keyring(directory / _KEYS, passphrase)
    keys = {name: make_key(algorithm) for name, algorithm in _CHARTER_KEYS.items()}
    for name, key in keys.items():
        ring.add(name, key)
    issued = at()
    charter = seal_charter(
        _charter(origin, rules, keys), issued=issued, operator=keys["operator"], roots=(keys["root"],)
    )
    desk = _grant(keys[DESK], genesis=charter.name, roles=DESK_ROLES, party=None, holder=None)
    payload = compose(make_statement("key", keys[DESK].kid, desk, issued=issued), genesis=charter.name, anchor=None)
    blobs = DirectoryBlobs(directory / _BLOBS)
    blobs.directory.mkdir()
    store = SqlStore.create(directory / _DATABASE)
    try:
        sign = _signer(keys["checkpoint-ed25519"], keys["checkpoint-mldsa"])
        publisher = Publisher(store, blobs, origin=origin, sign=sign, clock=at)
        publisher.publish((charter.raw, seal(payload, keys["operator"], typ=STATEMENT).raw))
    finally:
        store.close()
    first, second = log_keys(origin, ed25519=keys["checkpoint-ed25519"].public, mldsa=keys["checkpoint-mldsa"].public)
    _write(directory / _POLICY, format_policy(Policy(logs=(Log(first), Log(second)))))
    return charter.name


def _charter(origin: str, rules: Mapping[str, object], keys: Mapping[str, PrivateKey]) -> Charter:
    """Return the charter's body: one root key, threshold 1, and how many witnesses it asks for."""
    body = {
        "origin": origin,
        **rules,
        "operator": keys["operator"].public.jwk,
        "root": [keys["root"].public.jwk],
        "threshold": 1,
        "checkpoint": [keys["checkpoint-ed25519"].public.jwk, keys["checkpoint-mldsa"].public.jwk],
        "methods": [METHOD],
    }
    statement = make_statement("charter", origin, body, issued="1970-01-01T00:00:00Z")
    if not isinstance(statement.body, Charter):
        message = "a charter was read as something else"
        raise AssertionError(message)
    return statement.body


def _write_config(directory: Path, *, origin: str, genesis: str) -> None:
    """Make the directory a ledger: the marker gets the configuration's text, and then its name."""
    text = (
        "# This directory is a ledger (pledger). The file names which one; all else is in the charter, entry 0.\n"
        f'origin = "{origin}"\ngenesis = "{genesis}"\n'
    )
    _write(directory / _BEGUN, text.encode())
    # A crash before the rename leaves a marker, and the next init begins again; after it, a ledger.
    (directory / _BEGUN).rename(directory / _CONFIG)
    _sync(directory)


# --- keys -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Keyring:
    """The private keys in a directory, by name.

    Attributes:
        directory: 0700, with one PKCS#8 PEM file of 0600 for each key.
        passphrase: opens those that are encrypted, and encrypts new ones.
    """

    directory: Path
    passphrase: bytes | None = None

    def add(self, name: str, key: PrivateKey) -> Path:
        """Keep a key under a new name, and return its file.

        Raises:
            ConflictError: there is a key of that name.
        """
        path = self._path(name)
        try:
            self.directory.mkdir(mode=0o700, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(key.to_pem(passphrase=self.passphrase))
                file.flush()
                os.fsync(file.fileno())
            _sync(self.directory)
        except FileExistsError as error:
            raise ConflictError(
                f"There is a key {name} in {self.directory} already; choose another name.", name=name
            ) from error
        except OSError as error:
            raise _unwritable(self.directory, error) from error
        return path

    def get(self, name: str) -> PrivateKey:
        """Return the key of a name.

        Raises:
            NotFoundError: there is none.
            RefusedError: the passphrase does not open it.
        """
        path = self._path(name)
        try:
            raw = path.read_bytes()
        except FileNotFoundError as error:
            message = (
                f"There is no key {name} in {self.directory}; make one with pledger key new {name}, or bring its file."
            )
            raise NotFoundError(message, name=name) from error
        except OSError as error:
            raise UnavailableError(
                f"The key file {path} cannot be read: {error.strerror}; mend that.", path=str(path)
            ) from error
        is_encrypted = b"ENCRYPTED" in raw[:64]
        return PrivateKey.from_pem(raw, passphrase=self.passphrase if is_encrypted else None, what=f"key file {path}")

    def names(self) -> tuple[str, ...]:
        """Return the names of all keys, sorted."""
        return tuple(sorted(path.stem for path in self.directory.glob("*.pem")))

    def kids(self) -> dict[str, str]:
        """Return the name of each key by its thumbprint, of those that the passphrase opens."""
        found: dict[str, str] = {}
        for name in self.names():
            with suppress(RefusedError):
                found[self.get(name).kid] = name
        return found

    def _path(self, name: str) -> Path:
        if _NAME.fullmatch(name) is None:
            message = f"{name!r} is not a key's name; write lower-case letters, digits and hyphens."
            raise UsageError(message, name=name)
        return self.directory / f"{name}.pem"


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key as the ledger knows it.

    Attributes:
        kid: its thumbprint.
        algorithm: how it signs.
        roles: what it may sign at the head; empty once it has ended.
        party: for whom.
        since: the entry that granted it.
        until: the first index at which it no longer counts, or None.
        compromised: it was ended because others may hold it.
        file: the name of its private key here, or None.
    """

    kid: str
    algorithm: str
    roles: tuple[str, ...]
    party: str | None
    since: int | None
    until: int | None
    compromised: bool
    file: str | None


# --- an open ledger ---------------------------------------------------------------------------------------------------


def open_ledger(directory: Path, *, at: Clock = system_clock, passphrase: bytes | None = None) -> "Ledger":
    """Open the ledger in a directory, once it is seen not to contradict itself.

    Raises:
        NotFoundError: there is no ledger.
        MalformedError: the database is not one, or is damaged.
        ConflictError: what is stored contradicts what was signed; nothing may be written or answered from it.
        UnavailableError: the database is locked.
    """
    ledger = _opened(directory, at=at, passphrase=passphrase)
    try:
        ledger.refuse_contradiction()
    except BaseException:
        ledger.close()
        raise
    return ledger


def check_ledger(
    directory: Path, *, at: Clock = system_clock, progress: Progress | None = None, executor: Executor | None = None
) -> Checked:
    """Return what recomputing the ledger in a directory gives; it is opened whatever it holds."""
    ledger = _opened(directory, at=at, passphrase=None)
    try:
        return ledger.check(progress=progress, executor=executor)
    finally:
        ledger.close()


def _opened(directory: Path, *, at: Clock, passphrase: bytes | None) -> "Ledger":
    from ledger.store.sql import SqlStore

    config = _read_config(directory)
    store = SqlStore.open(directory / _DATABASE)
    return Ledger(directory, config, store, at=at, passphrase=passphrase)


@dataclass(frozen=True, slots=True)
class _Config:
    origin: str
    genesis: str
    witnesses: tuple[Witness, ...] = ()


def _read_config(directory: Path) -> _Config:
    path = directory / _CONFIG
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        begun = " (an init was broken off there)" if (directory / _BEGUN).exists() else ""
        message = f"There is no ledger in {directory}{begun}; make one with pledger init {directory} --origin NAME."
        raise NotFoundError(message, directory=str(directory)) from error
    except NotADirectoryError as error:
        raise NotFoundError(
            f"{directory} is not a directory; give that of a ledger.", directory=str(directory)
        ) from error
    except OSError as error:
        message = f"The file {path} cannot be read: {error.strerror}; see to the disk and its permissions."
        raise UnavailableError(message, path=str(path)) from error
    except ValueError as error:
        raise MalformedError(
            f"The file {path} cannot be read: {error}; restore it from a copy.", path=str(path)
        ) from error
    origin, genesis = table.get("origin"), table.get("genesis")
    members = set(table) - {"witness"}
    if members != {"origin", "genesis"} or not isinstance(origin, str) or not isinstance(genesis, str):
        message = f"The file {path} does not give exactly origin and genesis; restore it from a copy."
        raise MalformedError(message, path=str(path))
    return _Config(origin, genesis, _read_witnesses(table.get("witness", []), path))


def _read_witnesses(value: object, path: Path) -> tuple[Witness, ...]:
    """Return the witnesses that a configuration names, each ``[[witness]]`` with an address and a verifier key."""
    if value == []:
        return ()
    from ledger.remote.witness import check_url

    found: list[Witness] = []
    for one in value if isinstance(value, list) else [value]:
        match one:
            case {"url": str(url), "vkey": str(vkey), **rest} if not rest:
                check_url(url)
                key = parse_verifier_key(vkey)
                found.append(Witness(key.name, key, url))
            case _:
                message = f"A [[witness]] in {path} does not give exactly url and vkey, both as text; mend it."
                raise MalformedError(message, path=str(path))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Submitted:
    """What a submission gave.

    Attributes:
        receipts: one for each evidence statement, in the order of the series.
        imported: what was read, with the rows that were rejected.
    """

    receipts: tuple[Receipt, ...]
    imported: "Imported"


class Ledger:
    """An open ledger: what the faces ask, each by one call.

    Attributes:
        directory: where it is.
        origin: the log's name.
        genesis: the charter's name.
        keyring: the private keys that are here.
        blobs: evidence files and observations.
        witnesses: those that its configuration names.
    """

    def __init__(
        self, directory: Path, config: _Config, store: "SqlStore", *, at: Clock, passphrase: bytes | None
    ) -> None:
        self.directory = directory
        self.origin = config.origin
        self.genesis = config.genesis
        self.witnesses = config.witnesses
        self.keyring = Keyring(directory / _KEYS, passphrase)
        self.blobs = DirectoryBlobs(directory / _BLOBS)
        self.clock = at
        self._published = PublishedFile(directory / _PUBLISHED)
        self._store: Store = store
        self._close = store.close
        self._folded = Folded()
        self._publisher: Publisher | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the database go."""
        self._close()

    def refuse_contradiction(self) -> None:
        """Raise where what is stored contradicts what was signed (design §2.5).

        Raises:
            ConflictError: the sentence says what contradicts what, and what to do.
        """
        # Before the snapshot: it is noted after the commit, so that no snapshot taken now is behind it.
        published = self._published.last()
        with self._store.reading() as reading:
            refuse_contradiction(reading, origin=self.origin, genesis=self.genesis, published=published)
            head = reading.head()
        # Whoever committed it may have died before it was noted, and its receipts may be asked for already.
        self._published.advance(head.size, head.checkpoint)
        if self.witnesses:
            self._refuse_turned_back()

    def check(self, *, progress: Progress | None = None, executor: Executor | None = None) -> Checked:
        """Return what recomputing everything from the bytes gives, held against the last checkpoint that left."""
        with self._store.reading() as reading:
            checked = check_log(
                reading, self.blobs, genesis=self.genesis, executor=executor, progress=progress,
                excused=_read_withheld(self.directory),
            )  # fmt: skip
            published = self._published.last()
            try:
                refuse_contradiction(reading, origin=self.origin, genesis=self.genesis, published=published)
            except PledgerError as error:
                # An old copy is sound in itself. Where more is wrong than that, it has been said already.
                if not checked.findings:
                    found = Finding("head.contradicted", "the head", error.message, "design §2.5")
                    checked = replace(checked, findings=(found,))
        return checked

    # --- reading the log ----------------------------------------------------------------------------------------------

    def head(self) -> Head:
        """Return where the log ends: its size, its checkpoint, and when the last entry was received."""
        with self._leaving() as reading:
            return reading.head()

    @contextmanager
    def _leaving(self) -> Iterator[Reading]:
        """Return a snapshot of which a checkpoint may leave: it is noted first, as who committed it may have died."""
        with self._store.reading() as reading:
            head = reading.head()
            self._published.advance(head.size, head.checkpoint)
            yield reading

    def checkpoint(self) -> Checkpoint:
        """Return what the last checkpoint says."""
        return parse_checkpoint(parse_note(self.head().checkpoint).text)

    def policy(self) -> bytes:
        """Return the policy by which the log's checkpoints are verified, as it is written down (C2SP tlog-policy).

        Raises:
            NotFoundError: the file is gone.
            ConflictError: it does not name the keys of the charter.
        """
        path = self.directory / _POLICY
        try:
            raw = path.read_bytes()
        except OSError as error:
            message = f"The policy {path} cannot be read: {error.strerror}; restore it from a copy."
            raise NotFoundError(message, path=str(path)) from error
        if not {log.key for log in parse_policy(raw).logs} >= set(self.log_keys()):
            message = f"The policy {path} does not name the checkpoint keys of the charter; restore it from a copy."
            raise ConflictError(message, path=str(path))
        return raw

    def log_keys(self) -> tuple[VerifierKey, VerifierKey]:
        """Return the keys that sign the log's checkpoints, from the charter."""
        first, second = (PublicKey.from_jwk(plain(jwk)) for jwk in self.authority().charter.checkpoint)
        return log_keys(self.origin, ed25519=first, mldsa=second)

    def entry(self, index: int) -> bytes:
        """Return the header of an entry.

        Raises:
            NotFoundError: there is no such entry.
        """
        return self._row(index).header

    def headers(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Yield the headers of a range of entries, in order."""
        with self._store.reading() as reading:
            yield from (row.header for row in reading.rows(start, reading.head().size if stop is None else stop))

    def rows(self, start: int = 0, stop: int | None = None, *, kinds: Sequence[str] = ()) -> Iterator[Row]:
        """Yield whole entries of a range, of these kinds where any are named, in order."""
        with self._store.reading() as reading:
            yield from reading.rows(start, reading.head().size if stop is None else stop, kinds=kinds)

    def index_of(self, statement: str) -> int | None:
        """Return the index of the entry with a statement of that digest, or None."""
        key = _digest_bytes(statement)
        with self._store.reading() as reading:
            return reading.named((key,)).get(key)

    def statement(self, statement: str | int) -> bytes:
        """Return a statement's JWS, by its digest or by its entry's index.

        Raises:
            NotFoundError: there is none, or it was erased.
        """
        index = statement if isinstance(statement, int) else self.index_of(statement)
        if index is None:
            raise NotFoundError(
                f"There is no statement {statement} in this ledger; mend the digest.", statement=statement
            )
        jws = self._row(index).jws
        if jws is None:
            raise NotFoundError(
                f"The statement of entry {index} was erased; its header and its proofs stand.", index=index
            )
        return jws

    def blob(self, digest: str) -> BinaryIO:
        """Return a file that is held, its digest checked, for reading."""
        return self.blobs.open(digest)

    def keep(self, stream: BinaryIO, *, expected: str | None = None) -> Kept:
        """Keep a file by its digest, so that a statement can name it."""
        return self.blobs.put(stream, expected=expected)

    def receipt(self, index: int) -> Receipt:
        """Return the receipt of an entry: the one that was given first, under the first checkpoint that covers it.

        Where the ledger has witnesses, it is under the first that a quorum of them has cosigned, if there is one.
        """
        with self._leaving() as reading:
            receipt = make_receipt(reading, _row(reading.row(index), index))
        return self._as_witnessed((receipt,))[0] if self.witnesses else receipt

    def prove(self, index: int, *, size: int | None = None) -> TlogProof:
        """Return the proof that an entry is in the log, under its last checkpoint, or under the one of a size.

        Raises:
            NotFoundError: there is no such entry, or no checkpoint of that size.
        """
        with self._leaving() as reading:
            row = _row(reading.row(index), index)
            note = reading.head().checkpoint if size is None else _checkpoint_of(reading.checkpoint_over(size), size)
            covered = parse_checkpoint(parse_note(note).text).size
            hashes = prove_inclusion(index, covered, reading.nodes(inclusion_indexes(index, covered)))
        return TlogProof(index, hashes, note, row.header)

    def prove_consistency(self, old: int, new: int | None = None) -> tuple[Hash, ...]:
        """Return the proof that the log of ``new`` entries (all of them, if not given) begins with that of ``old``."""
        with self._store.reading() as reading:
            size = reading.head().size
            upto = size if new is None else new
            if upto > size:
                raise NotFoundError(f"The log has {size} entries, not {upto}; give a size that it has.", size=size)
            return prove_consistency(old, upto, reading.nodes(consistency_indexes(old, upto)))

    def authority(self) -> Authority:
        """Return the keys and roles at the head."""
        with self._store.reading() as reading:
            self._folded = fold_authority(reading, self._folded)
        if self._folded.authority is None:
            message = f"The log in {self.directory} has no charter; run pledger log check."
            raise ConflictError(message, directory=str(self.directory))
        return self._folded.authority

    # --- what was said ------------------------------------------------------------------------------------------------

    def said(self, size: int | None = None) -> tuple[Said, ...]:
        """Return every statement of the log's first ``size`` entries (all of them, if not given), but those erased."""
        return tuple(said for row in self.rows(0, size) if (said := read_said(row)) is not None)

    def view(self, as_of: str | None = None, size: int | None = None) -> View:
        """Return a view: today and everything, unless a day or a size says otherwise (R1).

        Raises:
            UsageError: the day is none, or the log is not of that size.
        """
        day = self.clock()[:10] if as_of is None else as_of
        try:
            if date.fromisoformat(day).isoformat() != day:
                raise ValueError(day)
        except ValueError as error:
            raise UsageError(f"{day!r} is not a day; write it as YYYY-MM-DD.", as_of=day) from error
        entries = self.head().size
        if size is not None and not 0 <= size <= entries:
            raise UsageError(f"The log has {entries} entries; give a size from 0 to that.", size=size)
        return View(size=entries if size is None else size, as_of=day)

    def known(self, view: View) -> Known:
        """Return what a view knows; what was signed with a compromised key after it was lost does not count (R1)."""
        said = self.said(view.size)
        gone = void(said, view.size, self._authority_at(view.size))
        return look((one for one in said if one.index not in gone), view)

    def _authority_at(self, size: int) -> Authority:
        """Return the keys and roles as the first ``size`` entries have them."""
        head = self.authority()
        if all(grant.compromised is False for grants in head.grants.values() for grant in grants):
            return head
        authority = Authority(genesis=head.genesis, charter=head.charter, operator=head.operator)
        for row in self.rows(0, size, kinds=("key",)):
            if (said := read_said(row)) is not None:
                authority = authority.after(said.index, said.statement)
        return authority

    def results(
        self, view: View, subjects: Sequence[str] = (), *, engine: "Engine | None" = None
    ) -> "tuple[CommitmentResult, ...]":
        """Return what the method says of each commitment at a view: of these, or of all that it knows, by name.

        Args:
            engine: what draws the figures; DuckDB where it is installed, else the standard library's sqlite3.
        """
        from ledger.service.determine import assess_all

        return assess_all(
            self.known(view), subjects, engine=engine or chosen_engine(), open_observations=self.blobs.open
        )

    # --- writing ------------------------------------------------------------------------------------------------------

    def compose(self, statement: Statement, key: PrivateKey) -> Envelope:
        """Return a statement signed for this ledger, anchored in its last checkpoint; nothing is recorded."""
        return seal(compose(statement, genesis=self.genesis, anchor=self.checkpoint()), key, typ=STATEMENT)

    def record(self, drafts: "Sequence[Draft]", *, key: str = DESK) -> tuple[Receipt, ...]:
        """Sign drafts and publish them, all or none; a later one may refer to an earlier one.

        Args:
            drafts: as ``ledger.ingest.document`` reads them.
            key: the name of the key that signs.

        Returns:
            A receipt for each draft, in their order. What the same key has said before in the same words, and what
            stands, is not said again: its first receipt comes back.
        """
        from ledger.ingest.document import check_draft

        now = self.clock()
        statements = [check_draft(draft, issued=now) for draft in drafts]
        open_moments = [draft.issued is None for draft in drafts]
        return self._say(statements, open_moments, key=key)

    def state(self, statements: Sequence[Statement], *, key: str = DESK) -> tuple[Receipt, ...]:
        """Sign statements and publish them, all or none; as ``record``, for what was not drafted by hand.

        Each is new, whatever was said before, but for the very same payload.
        """
        signer = self.keyring.get(key)
        anchor = self.checkpoint()
        raws = [
            seal(compose(statement, genesis=self.genesis, anchor=anchor), signer, typ=STATEMENT).raw
            for statement in statements
        ]
        return self.receipts(self.publish(raws))

    def _say(self, statements: Sequence[Statement], open_moments: Sequence[bool], *, key: str) -> tuple[Receipt, ...]:
        """State what has not been said before; what has, gets the receipt that it has."""
        author = self.keyring.get(key).kid
        with self._store.reading() as reading:
            spoken = Spoken(reading, author=author)
            firsts = [
                spoken.find(statement, is_open=is_open)
                for statement, is_open in zip(statements, open_moments, strict=True)
            ]
        fresh = [statement for statement, first in zip(statements, firsts, strict=True) if first is None]
        given = iter(self.state(fresh, key=key) if fresh else ())
        receipts = tuple(next(given) if first is None else self.receipt(first) for first in firsts)
        # What was published when its witnesses did not answer may get its receipt now.
        return receipts if fresh else self._answered(receipts)

    def publish(self, raws: Iterable[bytes]) -> Publication:
        """Publish signed statements, all or none."""
        return self._writer().publish(raws)

    def publish_groups(self, raws: Iterable[bytes], *, size: int | None = None) -> Iterator[Publication]:
        """Yield what each commit published, of many signed statements; processes verify ahead of what is written."""
        with pool() as executor:
            if size is None:
                yield from self._writer().publish_groups(raws, executor=executor)
            else:
                yield from self._writer().publish_groups(raws, size=size, executor=executor)

    def receipts(self, publication: Publication) -> tuple[Receipt, ...]:
        """Return a receipt for each statement of a publication, in its order."""
        fresh = {receipt.index: receipt for receipt in publication.receipts()}
        receipts = tuple(
            fresh[place.index] if place.index in fresh else self.receipt(place.index) for place in publication.places
        )
        return self._answered(receipts)

    def submit(
        self,
        stream: BinaryIO,
        *,
        name: str,
        mapping: bytes,
        mapping_name: str,
        published: date | None = None,
        source: Mapping[str, object] | None = None,
        key: str = DESK,
    ) -> Submitted:
        """Import a file of figures by a mapping, keep it, and publish one evidence statement for each series in it.

        Args:
            stream: the raw file, seekable; it is read twice.
            name: of the file, for messages.
            mapping: the bytes of the mapping (``format_mapping`` gives those of a shipped one).
            mapping_name: of the mapping, for messages.
            published: the day on which the publisher released the file, where the file does not say it.
            source: members of the statements' ``source`` that differ from what the mapping gives.
            key: the name of the key that signs.

        Raises:
            MalformedError: the file is not what the mapping says; nothing was recorded.
        """
        from ledger.ingest.mapping import parse_mapping
        from ledger.ingest.tabular import read_evidence

        imported = read_evidence(stream, parse_mapping(mapping, name=mapping_name), name=name, published=published)
        stream.seek(0)
        # A key that may not say it leaves no files behind.
        self.authority().refuse_unless_may(self.keyring.get(key).kid, "evidence", index=self.head().size)
        # So does what cannot be said: a file's name, for one, may be none that a statement can hold.
        now = self.clock()
        bodies = [
            (series.subject, _evidence(imported, series, now=now, extra=source or {})) for series in imported.series
        ]
        statements = [make_statement("evidence", subject, body, issued=now) for subject, body in bodies]
        # Files first: what a crash leaves of them is named by no statement, and harms nobody.
        self.blobs.put(stream, expected=imported.digest)
        self.blobs.put(_Chunks(iter([mapping])), expected=imported.mapping.digest)
        for series in imported.series:
            self.blobs.put(_Chunks(series.observations.chunks()), expected=series.observations.digest)
        return Submitted(self._say(statements, [True] * len(statements), key=key), imported)

    def determine(self, subject: str, view: View, *, key: str = DESK) -> "tuple[Receipt, CommitmentResult]":
        """Record a determination of one commitment at a view; its receipt and the result that it names come back."""
        from ledger.service.determine import determination

        (result,) = self.results(view, (subject,))
        body = plain(determination(result, view))
        statement = make_statement("determination", subject, body, issued=self.clock())
        return self._say([statement], [True], key=key)[0], result

    @contextmanager
    def export(self, view: View, subjects: Sequence[str], *, engine: "Engine | None" = None) -> "Iterator[Export]":
        """Conduct an audit of commitments at a view; its bundle can be written while the ``with`` block lasts.

        Args:
            engine: what draws the figures; DuckDB where it is installed, else the standard library's sqlite3.

        Raises:
            NotFoundError: a subject is no commitment that the view knows.
        """
        from ledger.service.export import export

        drawn_by = engine or chosen_engine()
        with self._leaving() as reading:
            policy = self.policy()
            yield export(reading, self.blobs, policy=policy, view=view, subjects=subjects, engine=drawn_by)

    def export_log(self, directory: Path, *, restricted: bool = False, progress: Progress | None = None) -> "Exported":
        """Bring the static site in a directory up to the log's head (design §2.4).

        Args:
            directory: new, empty, or of an earlier export.
            restricted: write the files too whose licence does not let them travel.
            progress: told how many entries of how many are done.
        """
        from ledger.service.export_log import export_log
        from ledger.store.cosigned import CosignedDirectory

        site, keys, policy = _own_site(directory), self.log_keys(), self.policy()
        kept = CosignedDirectory(self.directory / _COSIGNED)
        with self._leaving() as reading:
            return export_log(
                reading, self.blobs, site, policy=policy, keys=keys, cosigned=kept.get, restricted=restricted,
                progress=progress,
            )  # fmt: skip

    def _writer(self) -> Publisher:
        """Return the publisher; its checkpoint keys are read when it is first needed."""
        if self._publisher is None:
            first, second = self.keyring.get("checkpoint-ed25519"), self.keyring.get("checkpoint-mldsa")
            if (first.public, second.public) != tuple(key.public for key in self.log_keys()):
                message = (
                    f"The checkpoint keys in {self.keyring.directory} are not "
                    "those of the charter; bring the right files."
                )
                raise RefusedError(message, directory=str(self.keyring.directory))
            self._publisher = Publisher(
                self._store, self.blobs, origin=self.origin, sign=_signer(first, second), clock=self.clock,
                published=self._published,
            )  # fmt: skip
        return self._publisher

    def _row(self, index: int) -> Row:
        with self._store.reading() as reading:
            return _row(reading.row(index), index)

    # --- witnesses ----------------------------------------------------------------------------------------------------

    def witness_policy(self) -> Policy:
        """Return the policy by which this ledger counts: its log's keys, its witnesses, its charter's quorum of them.

        Raises:
            MalformedError: the charter asks for more witnesses than are configured, or one is configured twice.
        """
        from ledger.service.cosign import witness_policy

        return witness_policy(self.log_keys(), self.witnesses, quorum=self.authority().charter.quorum)

    def cosign(self, *, ask: "Ask | None" = None, wait: "Wait" = time.sleep, attempts: int | None = None) -> "Cosigned":
        """Ask the witnesses to cosign the last checkpoint, and keep what they give.

        Args:
            ask: sends a request to a witness; over HTTP, if not given.
            wait: lets time pass before one is asked again.
            attempts: how often one is asked that does not answer.
        """
        from ledger.remote.witness import add_checkpoint
        from ledger.service.cosign import ATTEMPTS, cosign
        from ledger.store.cosigned import CosignedDirectory

        kept, head = CosignedDirectory(self.directory / _COSIGNED), self._refuse_turned_back()
        before = [size for size in kept.sizes() if size <= head.size]
        cosigned = cosign(
            kept.get(head.size) or head.checkpoint, self.witness_policy(), ask=ask or add_checkpoint,
            prove=self.prove_consistency, wait=wait, last=max(before, default=0), attempts=attempts or ATTEMPTS,
        )  # fmt: skip
        if cosigned.given:
            kept.keep(head.size, cosigned.note)
        return cosigned

    def _refuse_turned_back(self) -> Head:
        """Return the head; raise where witnesses have cosigned more than that, or another checkpoint of its size.

        A ledger that was restored from an old copy does not know what it has published since; its witnesses' word does.

        Raises:
            ConflictError: there is a cosigned checkpoint of a larger size.
            ForkError: there is one of this size, over other entries.
        """
        from ledger.store.cosigned import CosignedDirectory

        kept = CosignedDirectory(self.directory / _COSIGNED)
        # Before the head: what another process has cosigned meanwhile is in a head that is read after it.
        largest = max(kept.sizes(), default=0)
        head = self.head()
        if largest > head.size:
            message = (
                f"The log in {self.directory} has {head.size} entries, and witnesses have cosigned {largest} of it: "
                "it is an old copy. Do not write to it: restore the latest copy."
            )
            raise ConflictError(message, size=head.size, cosigned=largest)
        note = kept.get(head.size)
        if note is not None and parse_note(note).text != parse_note(head.checkpoint).text:
            message = (
                f"Another checkpoint of {head.size} entries was cosigned than the one in {self.directory}: the log has "
                "forked. Do not write to it: keep both, and restore the copy that was published."
            )
            raise ForkError(message, held=head.checkpoint.decode(), cosigned=note.decode())
        return head

    def _answered(self, receipts: tuple[Receipt, ...]) -> tuple[Receipt, ...]:
        """Return receipts as the charter lets them be given: at once, or once the quorum has cosigned (design §2.5).

        Raises:
            UnavailableError: the charter waits for the quorum, and it is not reached; what was published stands.
        """
        from ledger.service.cosign import refuse_short

        is_awaited = self.authority().charter.answer_after == "quorum"
        if not receipts or not (self.witnesses or is_awaited):
            return receipts
        cosigned = self.cosign(attempts=None if is_awaited else 1)
        if is_awaited:
            refuse_short(cosigned)
        return self._as_witnessed(receipts)

    def _as_witnessed(self, receipts: Sequence[Receipt]) -> tuple[Receipt, ...]:
        """Return receipts, each under the first checkpoint over its entry that a quorum of the witnesses has cosigned.

        Without any it keeps the checkpoint that it has, and says that none of so many witnesses has cosigned that.
        """
        from ledger.service.cosign import witnessed_receipt
        from ledger.store.cosigned import CosignedDirectory
        from ledger.tlog.policy import open_by_policy

        policy, kept = self.witness_policy(), CosignedDirectory(self.directory / _COSIGNED)
        sizes = kept.sizes()
        found: list[Receipt] = []
        for receipt in receipts:
            under, note = receipt, receipt.checkpoint
            for size in sizes[bisect_right(sizes, receipt.index) :]:
                cosigned = kept.get(size)
                with suppress(RefusedError):
                    open_by_policy(cosigned or b"", policy)
                    proof = self.prove(receipt.index, size=size)
                    under = replace(receipt, inclusion=proof.hashes, checkpoint=proof.checkpoint)
                    note = cosigned or note
                    break
            found.append(witnessed_receipt(under, note, policy))
        return tuple(found)

    # --- keys ---------------------------------------------------------------------------------------------------------

    def new_key(
        self, name: str, algorithm: Algorithm = "Ed25519", *, make_key: MakeKey = PrivateKey.generate
    ) -> PrivateKey:
        """Make a key and keep it here under a new name; the ledger knows it once it is granted."""
        key = make_key(algorithm)
        self.keyring.add(name, key)
        return key

    def keys(self) -> tuple[KnownKey, ...]:
        """Return every key that the ledger ever knew, and every key file here that it does not know, by thumbprint."""
        authority, size = self.authority(), self.head().size
        files = self.keyring.kids()
        known = [_known_key(authority.operator, None, ("operator",), files)]
        for kid, grants in authority.grants.items():
            known.append(_known_key(grants[-1].key, grants[-1], sorted(authority.roles_at(kid, size)), files))
        seen = {one.kid for one in known}
        strangers = [self.keyring.get(name).public for kid, name in files.items() if kid not in seen]
        known += (_known_key(key, None, (), files) for key in strangers)
        return tuple(sorted(known, key=lambda one: one.kid))

    def grant(
        self, name: str, roles: Sequence[Role], *, party: str | None = None, holder: str | None = None
    ) -> Receipt:
        """Grant roles to a key that is kept here; the operator signs, and the key proves that it is here."""
        body = _grant(self.keyring.get(name), genesis=self.genesis, roles=roles, party=party, holder=holder)
        return self._state_key(self.keyring.get(name).kid, body, key="operator")

    def rotate(self, old: str, new: str) -> Receipt:
        """Put a new key in the place of an old one, both kept here; the old one signs, the new one proves itself."""
        before, after = self.keyring.get(old), self.keyring.get(new)
        roles = sorted(self.authority().roles_at(before.kid, self.head().size))
        body = _grant(after, genesis=self.genesis, roles=roles, party=None, holder=None)
        return self._state_key(after.kid, {**body, "event": "rotate", "replaces": before.kid}, key=old)

    def revoke(
        self, key: str, *, reason: str, compromised: bool = False, effective_index: int | None = None
    ) -> Receipt:
        """End a key, named by its file here or by its thumbprint; the operator signs.

        Args:
            key: a name or a thumbprint.
            reason: why.
            compromised: others may hold it; then it may end at an earlier index.
            effective_index: the first index at which it no longer counts; that of the revocation, if not given.
        """
        kid = self.keyring.get(key).kid if key in self.keyring.names() else key
        body = {"event": "revoke", "reason": reason, "compromised": compromised, "effective_index": effective_index}
        return self._state_key(kid, body, key="operator")

    def _state_key(self, kid: str, body: Mapping[str, object], *, key: str) -> Receipt:
        return self.state([make_statement("key", kid, body, issued=self.clock())], key=key)[0]


def chosen_engine() -> "Engine":
    """Return what runs ``selection.sql`` here: DuckDB where it is installed, else the standard library's sqlite3."""
    if find_spec("duckdb") is not None:
        from ledger.store.columns import ColumnEngine

        return ColumnEngine()
    from ledger.audit.engine import SqliteEngine

    return SqliteEngine()


def format_mapping(name: str) -> bytes:
    """Return the bytes of a mapping that is shipped.

    Raises:
        NotFoundError: there is none of that name; the sentence lists those there are.
    """
    from ledger.ingest.mapping import find_format

    find_format(name)
    return (resources.files("ledger.ingest") / "formats" / f"{name}.toml").read_bytes()


# --- static sites -----------------------------------------------------------------------------------------------------

FETCHERS: Final = 8
"""Threads that fetch small files from somebody's site: most of the time of each is waiting."""


def open_source(place: str) -> "Source":
    """Return the static site that a text names: an address of http or https, or a directory.

    Raises:
        UsageError: there is no such directory, or the address is none.
    """
    if re.match(r"https?://", place, re.IGNORECASE):
        from ledger.remote.static import HttpSite

        return HttpSite(place)
    if not Path(place).is_dir():
        raise UsageError(f"There is no directory {place}; name a static site by its directory or its address.")
    from ledger.store.site import DirectorySite

    return DirectorySite(Path(place))


def import_log(
    source: "Source",
    directory: Path,
    *,
    policy: bytes | None = None,
    keys: Path | None = None,
    at: Clock = system_clock,
    passphrase: bytes | None = None,
    progress: Progress | None = None,
) -> "ImportedLog":
    """Rebuild a ledger in an empty or absent directory from a static site; it can be read, and with keys be written.

    As with ``init`` the configuration is written last: what was broken off is no ledger, and is begun again.

    Args:
        source: the site.
        directory: where the ledger is to be.
        policy: that the caller holds, which then has to accept the checkpoint.
        keys: a directory of key files, which are copied; without one the ledger is read-only.
        at: the clock.
        passphrase: opens the key files.
        progress: told how many of how many steps are done.

    Raises:
        ConflictError: the directory holds something.
        MalformedError: the site is not whole, or something in it is not what it should be.
        RefusedError: a signature is missing or bad, or the policy does not accept the log.
    """
    from ledger.service.import_log import import_log as rebuild
    from ledger.store.sql import SqlStore

    was_there = directory.exists()
    with _begun(directory):
        try:
            blobs = DirectoryBlobs(directory / _BLOBS)
            blobs.directory.mkdir()
            store = SqlStore.create(directory / _DATABASE)
            try:
                with ThreadPoolExecutor(FETCHERS) as executor:
                    found = rebuild(source, store, blobs, trusted=policy, executor=executor, progress=progress)
            finally:
                store.close()
            _write(directory / _POLICY, found.front.policy)
            if found.withheld:
                _write(directory / _WITHHELD, "".join(f"{digest}\n" for digest in found.withheld).encode())
            if keys is not None:
                _copy_keys(Keyring(keys, passphrase), Keyring(directory / _KEYS, passphrase))
            authority = found.front.authority
            _write_config(directory, origin=authority.charter.origin, genesis=authority.genesis)
        except BaseException:
            _clear(directory)
            if not was_there:
                directory.rmdir()
            raise
    open_ledger(directory, at=at).close()
    return found


def mirror_log(
    source: "Source", directory: Path, *, policy: bytes | None = None, progress: Progress | None = None
) -> "Mirrored":
    """Bring the verified copy of a static site in a directory up to date; ``ledger.service.mirror`` says how."""
    from ledger.service.mirror import mirror

    with ThreadPoolExecutor(FETCHERS) as executor:
        return mirror(source, _own_site(directory), trusted=policy, executor=executor, progress=progress)


def _own_site(directory: Path) -> "DirectorySite":
    """Return the site in a directory that we may write.

    Raises:
        ConflictError: it holds something else.
    """
    from ledger.store.site import DirectorySite

    inside = {path.name for path in directory.iterdir()} if directory.is_dir() else set()
    strangers = {name for name in inside - _SITE if not name.startswith(".incoming-")}
    if strangers and "checkpoint" not in inside:
        message = f"The directory {directory} holds something else ({min(strangers)}); choose an empty or a new one."
        raise ConflictError(message, directory=str(directory))
    return DirectorySite(directory)


def _copy_keys(there: Keyring, here: Keyring) -> None:
    """Keep all keys of another directory here."""
    names = there.names()
    if not names:
        raise NotFoundError(f"There are no key files in {there.directory}; name the directory that holds them.")
    for name in names:
        here.add(name, there.get(name))


def _read_withheld(directory: Path) -> frozenset[str]:
    """Return the digests of the files that the site of an imported ledger kept back."""
    try:
        return frozenset((directory / _WITHHELD).read_text(encoding="ascii").split())
    except FileNotFoundError:
        return frozenset()
    except (OSError, ValueError) as error:
        message = f"The file {directory / _WITHHELD} cannot be read: {error}; restore it from a copy."
        raise MalformedError(message, directory=str(directory)) from error


# --- making statements ------------------------------------------------------------------------------------------------


def make_statement(kind: str, subject: str, body: Mapping[str, object], *, issued: str) -> Statement:
    """Return a statement of our own making, read by the same parser as everybody's; genesis and anchor are null."""
    from ledger.model.statement import parse_draft
    from ledger.signing.canonical import format_json

    whole = {
        "anchor": None, "body": dict(body), "corrects": None, "genesis": None, "issued": issued, "schema": f"{kind}.v1",
        "subject": subject,
    }  # fmt: skip
    return parse_draft(format_json(whole), what=f"{kind} {subject}")


def _grant(
    key: PrivateKey, *, genesis: str, roles: Sequence[str], party: str | None, holder: str | None
) -> dict[str, Any]:
    """Return the body of a grant, with the key's own proof of possession."""
    proof = seal(possession_payload(genesis=genesis, thumbprint=key.kid, roles=roles), key, typ=POSSESSION)
    return {
        "event": "grant", "jwk": key.public.jwk, "party": party, "holder": holder, "roles": list(roles),
        "possession": proof.raw.decode("ascii"),
    }  # fmt: skip


def _evidence(
    imported: "Imported", series: "ImportedSeries", *, now: str, extra: Mapping[str, object]
) -> dict[str, Any]:
    """Return the body of the evidence statement of one imported series."""
    mapping = imported.mapping
    raw = {"digest": imported.digest, "size": imported.size, "media_type": imported.media_type}
    rejected = [{"row": row.row, "column": row.column, "reason": row.reason} for row in imported.rejected[:100]]
    source = {
        "title": mapping.title, "publisher": mapping.publisher, "role": "third_party", "retrieved": now,
        "digest": imported.digest, "via": {"copy_read": imported.name, "how": "byte_copy"},
    }  # fmt: skip
    found = series.observations
    return {
        "title": mapping.title,
        "publisher": mapping.publisher,
        "authority": series.authority,
        "channel": mapping.channel,
        "standing": mapping.standing,
        "authority_of": series.authority_of,
        "dimensions": {
            "measure": series.measure, "reporter": series.reporter, "partner": series.partner,
            "classifications": list(series.classifications), "frequencies": list(series.frequencies),
            "units": list(series.units),
        },
        "vintage": {"published": series.published, "imputed": series.imputed},
        "covers": {"start": series.start, "end": series.end},
        "absent": mapping.absent,
        "raw": raw,
        "importer": {
            "name": imported.importer, "version": imported.version, "mapping": mapping.digest,
            "mapping_name": mapping.name,
        },
        "observations": {"digest": found.digest, "size": found.size, "count": found.count},
        "rejected": {"count": imported.rejected_count, "rows": rejected},
        "redistribute": mapping.redistribute,
        "licence": mapping.licence,
        "source": {**source, **extra},
    }  # fmt: skip


def _known_key(key: PublicKey, grant: Grant | None, roles: Sequence[str], files: Mapping[str, str]) -> KnownKey:
    return KnownKey(
        kid=key.kid,
        algorithm=key.algorithm,
        roles=tuple(roles),
        party=None if grant is None else grant.party,
        since=None if grant is None else grant.since,
        until=None if grant is None else grant.until,
        compromised=grant is not None and grant.compromised,
        file=files.get(key.kid),
    )


def _signer(ed25519: PrivateKey, mldsa: PrivateKey) -> Sign:
    """Return what signs checkpoints with these two keys."""
    return lambda checkpoint, at: sign_checkpoint(checkpoint, ed25519=ed25519, mldsa=mldsa, at=at)


# --- files ------------------------------------------------------------------------------------------------------------


class _Chunks:
    """Pieces of bytes as a stream that is read to its end."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks

    def read(self, _size: int = -1, /) -> bytes:
        """Return the next piece, or nothing."""
        return next(self._chunks, b"")


def _write(path: Path, raw: bytes) -> None:
    """Write a file and make it durable."""
    with path.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())


def _sync(directory: Path) -> None:
    """Make a directory's names durable."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unwritable(directory: Path, error: OSError) -> PledgerError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return UnavailableError(f"The disk is full at {directory}; nothing was recorded. Make room and try again.")
    message = f"The directory {directory} cannot be written: {error.strerror}; mend that, or choose another."
    return UnavailableError(message, directory=str(directory))


def _digest_bytes(digest: str) -> bytes:
    if re.fullmatch(r"sha256:[0-9a-f]{64}", digest) is None:
        raise UsageError(f"{digest[:80]!r} is not a digest; write sha256: and 64 lower-case hexadecimal digits.")
    return bytes.fromhex(digest[7:])


def _row(row: Row | None, index: int) -> Row:
    if row is None:
        raise NotFoundError(f"There is no entry {index}; see pledger log show for those there are.", index=index)
    return row


def _checkpoint_of(note: bytes | None, size: int) -> bytes:
    if note is None or parse_checkpoint(parse_note(note).text).size != size:
        raise NotFoundError(
            f"There is no checkpoint of {size} entries; give a size at which one was signed.", size=size
        )
    return note
