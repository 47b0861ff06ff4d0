"""How a ledger comes to be in a directory: founded anew, or rebuilt from a static site.

The configuration is written last, by a rename: before it the directory is no ledger, and what was broken off is begun
again. Source: design §2.2 (``charter``), §2.4.
"""

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TextIO

from pydantic import TypeAdapter, ValidationError

from ledger.assessment import METHOD
from ledger.errors import (
    ConflictError,
    MalformedError,
    UnavailableError,
)
from ledger.model.charter import Charter, Origin
from ledger.runtime.database import discard_store, make_store
from ledger.runtime.file import unwritable, write_file
from ledger.runtime.keyring import Keyring, MakeKey, Passphrase, checkpoint_signer, copy_keys
from ledger.runtime.opened import Ledger, open_ledger
from ledger.runtime.said import grant_body, make_statement
from ledger.runtime.settings import (
    BEGUN,
    BLOBS,
    COSIGNED,
    DESK,
    DESK_ROLES,
    KEYS,
    PARTS,
    POLICY,
    WITHHELD,
    system_clock,
    write_config,
)
from ledger.runtime.site import FETCHERS
from ledger.service.compose import compose, seal_charter
from ledger.service.ports import Clock, Progress, Store
from ledger.service.publish import Publisher
from ledger.signing.envelope import STATEMENT, seal
from ledger.signing.key import Algorithm, PrivateKey
from ledger.store.blobs import DirectoryBlobs
from ledger.tlog.checkpoint import log_keys
from ledger.tlog.policy import Log, Policy, format_policy, parse_policy

if TYPE_CHECKING:  # heavier rooms are imported by the functions that need them; here only their names
    from ledger.service.import_log import Imported as ImportedLog
    from ledger.service.site import Source
    from ledger.store.postgres import PostgresStore
    from ledger.store.sql import SqlStore


_CHARTER_KEYS: Final[dict[str, Algorithm]] = {
    "root": "Ed25519", "operator": "Ed25519", DESK: "Ed25519", "checkpoint-ed25519": "Ed25519",
    "checkpoint-mldsa": "ML-DSA-44",
}  # fmt: skip


def init(  # noqa: PLR0913, so much is for a founder to decide
    directory: Path,
    *,
    origin: str,
    title: str | None = None,
    quorum: int = 0,
    answer_after: Literal["commit", "quorum"] = "commit",
    at: Clock = system_clock,
    make_key: MakeKey = PrivateKey.generate,
    passphrase: bytes | None = None,
    store: str | None = None,
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
        store: the address of a database of PostgreSQL that is to hold the entries, instead of a file in the directory.

    Raises:
        ConflictError: the directory holds something, or the database holds a ledger.
        MalformedError: the origin is not a log's name.
        UnavailableError: it cannot be written, or another ``init`` is at work there.
    """
    _refuse_origin(origin)
    was_there = directory.exists()
    with begun(directory) as token:
        try:
            rules = {"title": title or origin, "quorum": quorum, "answer_after": answer_after}
            with _new_store(directory, store, begun=token) as kept:
                genesis = _found(directory, origin, rules, kept, at=at, make_key=make_key, passphrase=passphrase)
                write_config(directory, origin=origin, genesis=genesis, store=store, begun=token)
        except BaseException:
            clear(directory)
            if not was_there:
                directory.rmdir()
            raise
    return open_ledger(directory, at=at, passphrase=passphrase, store=store)


@contextmanager
def _new_store(directory: Path, store: str | None, *, begun: str) -> "Iterator[SqlStore | PostgresStore]":
    """Give a new store, which is closed at the end of the ``with`` block, and removed if that fails."""
    try:
        kept = make_store(directory, store, begun=begun)
        try:
            yield kept
        finally:
            kept.close()
    except BaseException:
        discard_store(store, begun=begun)
        raise


def _refuse_origin(origin: str) -> None:
    try:
        TypeAdapter(Origin).validate_python(origin, strict=True)
    except ValidationError as error:
        message = f"{origin!r} is not a log's origin; write it as a host name with a path: example.org/ledger."
        raise MalformedError(message, origin=origin) from error


@contextmanager
def begun(directory: Path) -> Iterator[str]:
    """Take the directory for a new ledger: a marker in it says so until the configuration replaces it.

    What comes back is the text of the marker: the same again, where one that was broken off is begun again.
    """
    marker = directory / BEGUN
    try:
        directory.mkdir(parents=True, exist_ok=True)
        inside = {path.name for path in directory.iterdir()}
        if inside and BEGUN not in inside:
            message = f"The directory {directory} holds something already; choose an empty or a new one."
            raise ConflictError(message, directory=str(directory))
        with marker.open("a+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                message = f"Another pledger init is at work in {directory}; wait until it is done."
                raise UnavailableError(message, directory=str(directory)) from error
            # Whatever an earlier attempt left is from before its ledger began to exist: nobody has seen it.
            clear(directory, keep=BEGUN)
            yield _token(file)
    except OSError as error:
        raise unwritable(directory, error) from error


def _token(marker: TextIO) -> str:
    """Return what a marker says, durably: by it a database knows what it was begun for."""
    marker.seek(0)
    found = re.search(r"begun as ([0-9a-f]{32})$", marker.read(), re.MULTILINE)
    if found is not None:
        return found[1]
    token = secrets.token_hex(16)
    marker.write(f"# begun as {token}\n")
    marker.flush()
    os.fsync(marker.fileno())
    return token


def clear(directory: Path, *, keep: str = "") -> None:
    """Remove what ``init`` makes, and nothing else."""
    for name in (*PARTS, BEGUN):
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
    store: Store,
    *,
    at: Clock,
    make_key: MakeKey,
    passphrase: bytes | None,
) -> str:
    """Make the keys and the first two entries; return the charter's name."""
    ring = Keyring(directory / KEYS, passphrase)
    keys = {name: make_key(algorithm) for name, algorithm in _CHARTER_KEYS.items()}
    for name, key in keys.items():
        ring.add(name, key)
    issued = at()
    charter = seal_charter(
        _charter(origin, rules, keys), issued=issued, operator=keys["operator"], roots=(keys["root"],)
    )
    desk = grant_body(keys[DESK], genesis=charter.name, roles=DESK_ROLES, party=None, holder=None)
    payload = compose(make_statement("key", keys[DESK].kid, desk, issued=issued), genesis=charter.name, anchor=None)
    blobs = DirectoryBlobs(directory / BLOBS)
    blobs.directory.mkdir()
    known = {key.kid: key for key in keys.values()}
    sign = checkpoint_signer(lambda key: known[key.kid])
    publisher = Publisher(store, blobs, origin=origin, sign=sign, clock=at)
    publisher.publish((charter.raw, seal(payload, keys["operator"], typ=STATEMENT).raw))
    first, second = log_keys(origin, ed25519=keys["checkpoint-ed25519"].public, mldsa=keys["checkpoint-mldsa"].public)
    write_file(directory / POLICY, format_policy(Policy(logs=(Log(first), Log(second)))))
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


def import_log(
    source: "Source",
    directory: Path,
    *,
    policy: bytes | None = None,
    keys: Path | None = None,
    at: Clock = system_clock,
    passphrase: Passphrase = None,
    progress: Progress | None = None,
    store: str | None = None,
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
        store: the address of a database of PostgreSQL that is to hold the entries, instead of a file in the directory.

    Raises:
        ConflictError: the directory holds something, or the database holds a ledger.
        MalformedError: the site is not whole, or something in it is not what it should be.
        RefusedError: a signature is missing or bad, or the policy does not accept the log.
    """
    from ledger.runtime.stamping import stamped
    from ledger.service.carried import import_timestamps
    from ledger.service.import_log import import_log as rebuild
    from ledger.service.interval import tree_checkpoint
    from ledger.store.cosigned import CosignedDirectory

    was_there = directory.exists()
    with begun(directory) as token:
        try:
            blobs = DirectoryBlobs(directory / BLOBS)
            blobs.directory.mkdir()
            with _new_store(directory, store, begun=token) as kept, ThreadPoolExecutor(FETCHERS) as executor:
                found = rebuild(source, kept, blobs, trusted=policy, executor=executor, progress=progress)
                with kept.reading() as reading:
                    last = found.front.checkpoint
                    if parse_policy(found.front.policy).witnesses:
                        CosignedDirectory(directory / COSIGNED).keep(last.size, found.front.note)
                    carried = import_timestamps(
                        source, stamped(directory), lambda size: tree_checkpoint(reading, size, origin=last.origin),
                        size=last.size,
                    )  # fmt: skip
                write_file(directory / POLICY, found.front.policy)
                if found.withheld:
                    write_file(directory / WITHHELD, "".join(f"{digest}\n" for digest in found.withheld).encode())
                if keys is not None:
                    copy_keys(Keyring(keys, passphrase), Keyring(directory / KEYS, passphrase))
                authority = found.front.authority
                # While the store can still be taken back: what fails before the directory is a ledger leaves none.
                write_config(
                    directory, origin=authority.charter.origin, genesis=authority.genesis, store=store, begun=token
                )
        except BaseException:
            clear(directory)
            if not was_there:
                directory.rmdir()
            raise
    open_ledger(directory, at=at, store=store).close()
    return replace(found, timestamps=carried)
