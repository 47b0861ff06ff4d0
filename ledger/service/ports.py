"""What the service asks of the outside: a store with snapshots and one writer, files by digest, a clock, a signer.

Small protocols, fulfilled by ``ledger.store`` without being imported from here, and by a few lines in a test. All sizes
count entries, all indexes start at 0, ranges are half-open.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol

from ledger.tlog.checkpoint import Checkpoint
from ledger.tlog.merkle import Hash, Node
from ledger.tlog.note import VerifierKey
from ledger.tlog.stored import Head, Row

Clock = Callable[[], str]
"""Gives the present moment, ``YYYY-MM-DDTHH:MM:SSZ``."""

Sign = Callable[[Checkpoint, int, Sequence[VerifierKey]], bytes]
"""Signs a checkpoint at a time (seconds since 1970) with the log's keys that are named, in the order of their lines;
called only while the head's lock is held (design §2.5)."""

Progress = Callable[[int, int], None]
"""Told now and then how much of how much is done."""


class Published(Protocol):
    """The last checkpoint that left, kept apart from the store: a store that was restored does not know of it."""

    def last(self) -> bytes | None:
        """Return the checkpoint, or None where none was kept."""

    def advance(self, size: int, note: bytes) -> None:
        """Keep a checkpoint durably, unless one of that size or a larger one is kept already.

        Raises:
            UnavailableError: it cannot be kept, so it may not leave.
        """


class Reading(Protocol):
    """One consistent snapshot of a ledger."""

    def head(self) -> Head:
        """Return where the log ends."""

    def row(self, index: int) -> Row | None:
        """Return the entry at an index, or None."""

    def rows(self, start: int, stop: int, *, kinds: Sequence[str] = ()) -> Iterator[Row]:
        """Return the entries of a range in order, of these kinds (all if none is named), read as they are consumed."""

    def about(self, subject: str, kinds: Sequence[str]) -> tuple[Row, ...]:
        """Return the entries of these kinds about a subject, in order."""

    def about_from(self, start: int, subject: str, kinds: Sequence[str]) -> Iterator[Row]:
        """Return the entries of these kinds about a subject from an index on, in order, read as they are consumed."""

    def named(self, statements: Sequence[bytes]) -> Mapping[bytes, int]:
        """Return the index of each of these statement digests that the log has."""

    def said(self, repeats: Sequence[tuple[str, bytes]]) -> Mapping[tuple[str, bytes], int]:
        """Return the index of each of these pairs of key and payload digest that the log has."""

    def finds_each(self, rows: Sequence[Row]) -> bool:
        """Tell whether it is certain that each of these entries is found by its name and by what it says, and no other.

        Where it is not, ``named`` and ``said`` tell which is found.
        """

    def nodes(self, addresses: Iterable[tuple[int, int]]) -> Mapping[tuple[int, int], Hash]:
        """Return the complete nodes of the tree at these addresses (level, index), leaves included."""

    def checkpoint_over(self, size: int) -> bytes | None:
        """Return the first checkpoint of at least this size, or None."""

    def checkpoints(self) -> Iterator[tuple[int, bytes]]:
        """Return every checkpoint with its size, in order, read as they are consumed."""

    def leaves(self, start: int, stop: int) -> Iterator[tuple[int, str, str, Hash]]:
        """Return index, kind, subject and leaf hash of the entries of a range, in order, read as they are consumed."""

    def level(self, level: int, first: int = 0, last: int | None = None) -> Iterator[tuple[int, Hash]]:
        """Return the stored nodes of a level (0 gives the leaves) with their indexes, in order; all, or of a range."""

    def counts(self) -> Mapping[str, int]:
        """Return how many rows each table of the store has."""

    def last(self) -> int:
        """Return the highest index that an entry has, or -1."""

    def erased(self, index: int) -> bool:
        """Tell whether a logged erasure removed the statement at an index."""


class Elsewhere(Hashable, Protocol):
    """How another process reads the same store: sent there, and called for a snapshot of its own."""

    def __call__(self) -> AbstractContextManager[Reading]:
        """Return a snapshot, for the time of a ``with`` block."""


class Writing(Reading, Protocol):
    """The store while its head is locked by us; what is not committed never was."""

    def append(self, rows: Sequence[Row], nodes: Sequence[Node]) -> None:
        """Write new entries with the nodes that they complete."""

    def erase(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Delete the statements of entries, and note for each the entry of the logged erasure that says so."""

    def swap(self, old: Head, new: Head) -> bool:
        """Write the new head and its checkpoint if the head is still the old one; tell whether it was."""

    def commit(self) -> None:
        """Make it all durable.

        Raises:
            UnavailableError: with the fact ``outcome`` as ``NOTHING_RECORDED`` where that is certain. After any other
                exception nobody knows the outcome, and the store must be opened anew.
        """


class Store(Protocol):
    """Where entries, statements, nodes and checkpoints are kept."""

    def reading(self) -> AbstractContextManager[Reading]:
        """Return a snapshot, for the time of a ``with`` block."""

    def elsewhere(self) -> Elsewhere | None:
        """Return how another process reads the same store; None where only this one can."""

    def writing(self) -> AbstractContextManager[Writing]:
        """Lock the head, for the time of a ``with`` block; leaving it without ``commit`` takes everything back."""

    def purge(self, *, is_patient: bool = True) -> bool:
        """Make sure that what was deleted cannot be read any more from where it was kept; tell whether that was done.

        Whoever still reads an older snapshot may keep it from being done; then it is asked for again later.

        Args:
            is_patient: wait a while for those who read.
        """


class Blobs(Protocol):
    """Files kept by digest."""

    def size(self, digest: str) -> int | None:
        """Return the size of a file that is held, or None."""

    def open(self, digest: str) -> BinaryIO:
        """Return a file that is held, its digest checked, for reading."""

    def remove(self, digest: str) -> bool:
        """Remove a file that a logged erasure names; tell whether it was held."""


class Stamps(Protocol):
    """Timestamps beside the log, by the size of the checkpoint and the name of the authority; each is kept once."""

    def held(self) -> Sequence[tuple[int, str]]:
        """Return size and authority of every timestamp that is kept, in order."""

    def get(self, size: int, authority: str) -> bytes | None:
        """Return an authority's timestamp over the checkpoint of a size, or None."""

    def keep(self, size: int, authority: str, raw: bytes) -> bytes:
        """Keep a timestamp durably, unless one is kept already; return the one that is kept then."""

    def roots(self) -> Sequence[str]:
        """Return the authorities of which a root is kept, in order."""

    def root(self, authority: str) -> bytes | None:
        """Return the root certificates of an authority that are kept, in PEM, or None."""

    def keep_root(self, authority: str, pem: bytes) -> bytes:
        """Keep the root certificates of an authority, unless some are kept; return those that are kept then."""
