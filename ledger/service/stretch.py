"""A stretch of the log, looked at on its own: all that can be seen of some entries without those before them.

That is nearly all of the work of checking a log, and needs nothing but the store, so that processes share it: each
reads through a snapshot of its own, and gives back a few kilobytes where nothing is wrong. Whether a stretch follows on
the one before it, and whether its authors might say what they said there, is for `ledger.service.check` to judge; and
so is every fault: a stretch in which anything is out of order is none, and is looked at again there, entry by entry,
so that the sentences are the same whoever looked. Source: design §2.3, §4.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Final, NamedTuple

from ledger.errors import PledgerError
from ledger.model.statement import CharterStatement, KeyStatement, Kind, kind_of, parse_statement, plain
from ledger.service.collector import collect_young, uncollected
from ledger.service.ports import Elsewhere, Reading
from ledger.service.scene import read_said
from ledger.signing.envelope import STATEMENT, open_envelope, verify_envelope
from ledger.signing.key import PublicKey
from ledger.tlog.recheck import Read, look_along
from ledger.tlog.stored import Row

HEIGHT: Final = 8
"""Levels of the tree that a whole stretch has above its leaves."""

STRETCH: Final = 1 << HEIGHT
"""Entries of a stretch; each begins at a multiple of that."""

WEIGHED: Final[frozenset[Kind]] = frozenset({"charter", "key", "erasure", "evidence", "retraction"})
"""Kinds whose bodies say something about the log or its files; of all others the bodies need only be of their form."""

_FOUNDING: Final[tuple[Kind, ...]] = ("charter", "key")
"""Kinds after which others may sign, so that a stretch with one of them is judged entry by entry."""


class Said(NamedTuple):
    """What a statement says that can be judged without its body.

    Attributes:
        payload: SHA-256 of the payload.
        is_signed: a key that was at hand signed it.
    """

    author: str
    kind: Kind
    subject: str
    genesis: str | None
    corrects: str | None
    payload: bytes
    is_signed: bool


class Seen(NamedTuple):
    """What a statement shows by itself.

    Attributes:
        digest: SHA-256 of its bytes; None where they were erased.
        said: what it says, or None where it cannot be read.
        fault: why it cannot, as a sentence.
    """

    digest: bytes | None
    said: Said | None
    fault: str


class Stretch(NamedTuple):
    """Entries in which nothing is wrong that can be seen without those before them.

    Their headers follow on one another, their columns, statements, marks and nodes are those that their headers name.

    Attributes:
        leaves: their leaf hashes, one after the other.
        peak: root over them, where they are ``STRETCH``.
        prev: what the first of them follows on.
        received: when the first and the last of them were.
        geneses: the ledgers that they were made for.
        authors: who said what kinds of things, with the first entry of each and the last.
        odd: those that are to be judged one by one, with what they show: of a kind in ``WEIGHED``, mending others,
            erased, or signed by a key that was not at hand.
    """

    leaves: bytes
    peak: bytes | None
    prev: str
    received: tuple[str, str]
    geneses: tuple[str | None, ...]
    authors: tuple[tuple[str, Kind, int, int], ...]
    odd: tuple[tuple[int, Seen], ...]


def look_elsewhere(elsewhere: Elsewhere, start: int, stop: int) -> Stretch | None:
    """Return what ``look`` does, through another snapshot: that of a process which helps.

    What cannot be read there is for the one who asked to read.
    """
    with suppress(PledgerError), uncollected():
        keys = _keys_elsewhere(elsewhere)
        with elsewhere() as reading:
            found = look(reading, start, stop, keys)
        collect_young()
        return found
    return None


@lru_cache(maxsize=1)
def _keys_elsewhere(elsewhere: Elsewhere) -> Mapping[str, PublicKey]:
    """Return the keys of a log, read once by each process; one that was granted since is not at hand."""
    with elsewhere() as reading:
        return keys_of(reading)


def keys_of(reading: Reading) -> Mapping[str, PublicKey]:
    """Return every key that statements of a log name for signing, by its thumbprint.

    Nothing is believed of them but that a key is the one of its thumbprint: whether it counts, and where, is judged
    from the entries before.
    """
    found: dict[str, PublicKey] = {}
    for row in reading.rows(0, reading.last() + 1, kinds=_FOUNDING):
        with suppress(PledgerError):
            said = read_said(row)
            statement = None if said is None else said.statement
            jwk = None
            if isinstance(statement, CharterStatement):
                jwk = statement.body.operator
            elif isinstance(statement, KeyStatement):
                jwk = statement.body.jwk
            if jwk is not None:
                key = PublicKey.from_jwk(plain(jwk), what="a key of the log")
                found[key.kid] = key
    return found


def look(reading: Reading, start: int, stop: int, keys: Mapping[str, PublicKey]) -> Stretch | None:
    """Return entries that were looked at, or None where one of them has to be looked at again among the others.

    Args:
        reading: a snapshot that has them.
        start: of the range, a multiple of ``STRETCH``.
        stop: its end: the next such multiple, or the end of the log.
        keys: by thumbprint.

    Raises:
        PledgerError: the store cannot be read.
    """
    rows = list(reading.rows(start, stop))
    headers, do_follow = look_along((row.header for row in rows), start=start)
    if len(rows) != stop - start or not do_follow:
        return None
    geneses: set[str | None] = set()
    authors: dict[tuple[str, Kind], tuple[int, int]] = {}
    odd: list[tuple[int, Seen]] = []
    for row, header in zip(rows, headers, strict=True):
        seen = see(row, keys)
        if row.kind in _FOUNDING or not _is_filed(row, header) or not _is_named(row, header, seen):
            return None
        said = seen.said
        if said is None:
            odd.append((row.index, seen))
            continue
        pair = said.author, said.kind
        authors[pair] = authors.get(pair, (row.index,))[0], row.index
        geneses.add(said.genesis)
        if not said.is_signed or said.corrects is not None or said.kind in WEIGHED:
            odd.append((row.index, seen))
    leaves = [row.leaf for row in rows]
    peak = are_nodes(reading, start, leaves)
    if peak is None or not reading.finds_each(rows):
        return None
    said_by = tuple((author, kind, first, last) for (author, kind), (first, last) in authors.items())
    return Stretch(
        b"".join(leaves), peak or None, _text(headers[0], 3), (rows[0].received, rows[-1].received), tuple(geneses),
        said_by, tuple(odd),
    )  # fmt: skip


def see(row: Row, keys: Mapping[str, PublicKey]) -> Seen:
    """Return what an entry's statement shows by itself; its signature is verified where the key is at hand."""
    if row.jws is None:
        return Seen(None, None, "")
    what = f"the statement of entry {row.index}"
    try:
        envelope = open_envelope(row.jws, typ=STATEMENT, what=what)
        statement = parse_statement(envelope.payload, what=what)
    except PledgerError as error:
        return Seen(hashlib.sha256(row.jws).digest(), None, error.message)
    key = keys.get(envelope.kid)
    is_signed = key is not None and verify_envelope(envelope, key)
    payload = hashlib.sha256(envelope.payload).digest()
    said = Said(
        envelope.kid, kind_of(statement), statement.subject, statement.genesis, statement.corrects, payload, is_signed,
    )  # fmt: skip
    return Seen(bytes.fromhex(envelope.name[7:]), said, "")


def are_nodes(reading: Reading, start: int, leaves: Sequence[bytes]) -> bytes | None:
    """Tell whether the stored nodes over a stretch's leaves are the hashes of their children, and all that there are.

    Returns:
        The root over them where they are ``STRETCH``, no bytes where they are fewer and all is well, None where a node
        is not as it must be.

    Source: RFC 6962 §2.1.
    """
    row: Sequence[bytes] = leaves
    for level in range(1, HEIGHT + 1):
        pairs: Iterable[tuple[bytes, bytes]] = zip(row[::2], row[1::2], strict=False)
        row = [hashlib.sha256(b"\x01" + left + right).digest() for left, right in pairs]
        first, last = start >> level, (start + STRETCH) >> level
        if list(enumerate(row, first)) != list(reading.level(level, first, last)):
            return None
    return row[0] if row else b""


def _is_filed(row: Row, header: Read) -> bool:
    """Tell whether an entry's columns say what its header says."""
    if header.members is None:
        return False
    author, index, kind, _, received, _, statement, subject = header.members
    return (
        row.leaf == header.leaf
        and statement == f"sha256:{row.statement.hex()}"
        and (author, index, kind, received, subject) == (row.author, row.index, row.kind, row.received, row.subject)
    )


def _is_named(row: Row, header: Read, seen: Seen) -> bool:
    """Tell whether a statement is the one that its header names, and says what its entry is filed under."""
    if row.jws is None:
        return True
    said = seen.said
    return (
        said is not None
        and seen.digest == row.statement
        and len(row.jws) == (header.members or ())[5]
        and (said.author, said.kind, said.subject, said.payload) == (row.author, row.kind, row.subject, row.payload)
    )


def _text(header: Read, number: int) -> str:
    return str((header.members or ())[number])
