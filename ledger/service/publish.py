"""Publishing: the only write.

One order, taken from Sunlight (design §2.5). What was admitted outside of the lock is published under it::

    1. take the head's lock
    2. refuse if the clock is behind the head, or the head contradicts the tree or what has left
    3. if the head has moved since the admission, admit again, now under the lock
    4. count indexes from the head; chain the headers
    5. extend the edge of the tree
    6. sign the checkpoint, still holding the lock
    7. write entries, statements, nodes, checkpoint; delete what an erasure names; compare and swap the head; commit
    8. note the checkpoint outside of the store, so that a store restored from an old copy is known for one
    9. remove the files that an erasure names, and what the store still holds of deleted rows
    10. answer

A crash before 7 is done leaves the old state: rows that no commit follows are not there for the next reader, and the
checkpoint that was signed has left no trace outside of this process. A crash after it leaves the new state, and
receipts that nobody was given; whoever repeats the statements gets them. If the commit itself fails in a way that
leaves its outcome unknown, this publisher stops: the next one that is opened finds the old state or the new. Files that
an erasure names and a crash left are removed by whoever opens the ledger next (``erase.finish``).
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from threading import Lock
from typing import Final, NamedTuple

from ledger.assessment.authority import Authority
from ledger.errors import ConflictError, ForkError, MalformedError, PledgerError, RefusedError, UnavailableError
from ledger.service.admit import Admitted, admit, open_statements
from ledger.service.collector import uncollected
from ledger.service.erase import bodies_of, erased_digests
from ledger.service.ports import Blobs, Clock, Published, Reading, Sign, Store, Writing
from ledger.service.scene import Folded, Opened, Scene, fold_authority
from ledger.signing.canonical import Digest
from ledger.tlog.checkpoint import Checkpoint, KeysAt, open_checkpoint_at, parse_checkpoint
from ledger.tlog.entry import ZERO_HASH, Header, format_header
from ledger.tlog.merkle import (
    Edge,
    Hash,
    Nodes,
    edge_indexes,
    inclusion_indexes,
    leaf_hash,
    prove_inclusion,
    prove_latest,
    read_edge,
)
from ledger.tlog.note import parse_note
from ledger.tlog.proof import Receipt
from ledger.tlog.stored import NOTHING_RECORDED, Head, Row

GROUP: Final = 2000
"""Statements of one transaction where many are published in groups."""

_RESTORE: Final = "do not write to it: run pledger log check, and restore the ledger from a copy."


class Place(NamedTuple):
    """Where a statement stands: its entry's index, its name, and whether it stood there already."""

    index: int  # type: ignore[assignment]  # a tuple has a method of that name, which nobody needs here
    name: str
    repeated: bool


@dataclass(frozen=True, slots=True)
class Publication:
    """What one commit published.

    Attributes:
        places: one for each statement of the batch, in its order.
        rows: the entries that are new.
        checkpoint: the signed checkpoint that covers them; the old one where nothing was new.
        size: of the tree that it signs.
    """

    places: tuple[Place, ...]
    rows: tuple[Row, ...]
    checkpoint: bytes
    size: int
    _latest: "Latest | None" = None

    def receipts(self) -> Iterator[Receipt]:
        """Yield a receipt for each new entry, in order; they are made together, from nodes that are all at hand."""
        if self._latest is None:
            return
        first, proofs = self._latest.proofs()
        for row in self.rows:
            yield _receipt(row, proofs[row.index - first], note=self.checkpoint)


class Latest:
    """The inclusion proofs of all that one commit added, made together when the first of them is asked for."""

    def __init__(self, first: int, size: int, nodes: Nodes) -> None:
        self._first = first
        self._size = size
        self._nodes: Nodes = nodes
        self._proofs: tuple[tuple[Hash, ...], ...] = ()
        self._lock = Lock()

    def proofs(self) -> tuple[int, tuple[tuple[Hash, ...], ...]]:
        """Return the index of the first entry, and the proof of it and of each that follows.

        Several callers whose statements one commit published may ask at once.
        """
        with self._lock:
            if not self._proofs:
                with uncollected():
                    self._proofs = prove_latest(self._first, self._size, self._nodes)
                self._nodes = {}
        return self._first, self._proofs


_Admission = tuple[Admitted, ...] | PledgerError
"""A batch as it was admitted, or why it is refused."""


class Publisher:
    """The writer of one ledger; several processes may each have one on the same store.

    Attributes:
        origin: the log's name, which every checkpoint carries.
    """

    def __init__(
        self, store: Store, blobs: Blobs, *, origin: str, sign: Sign, clock: Clock, published: Published | None = None
    ) -> None:
        self.origin = origin
        self._published = published
        self._store = store
        self._blobs = blobs
        self._sign = sign
        self._clock = clock
        self._folded = Folded()
        self._is_stopped = False

    def publish(self, raws: Iterable[bytes], *, executor: Executor | None = None) -> Publication:
        """Publish a batch of signed statements, whole or not at all.

        Args:
            raws: compact JWSs; one may refer to those before it.
            executor: of processes that open and verify.

        Raises:
            PledgerError: of the first statement that may not be published; nothing was recorded.
            UnavailableError: the store is locked, full or gone. The fact ``outcome`` says whether nothing was recorded,
                nobody knows (after which this publisher stops), or it is published and only its receipts wait.
        """
        return self._publish(self.open(raws, executor=executor))

    def open(self, raws: Iterable[bytes], *, executor: Executor | None = None) -> tuple[Opened, ...]:
        """Return statements read and verified, as far as that needs nothing new of the log: the caller's own work.

        Keys are those that were known at the last publication; by any other the signature is verified at the next.

        Raises:
            PledgerError: of the first statement that cannot be opened.
        """
        self._refuse_stopped()
        folded = self._folded if self._folded.authority is not None else self._fold()
        return tuple(open_statements(raws, authority=folded.authority, executor=executor))

    def publish_together(self, batches: Sequence[Sequence[Opened]]) -> tuple[Publication | PledgerError, ...]:
        """Publish several batches in one commit, under one checkpoint; return for each what became of it.

        Each is published whole or not at all, and none fails for what another is refused for. A batch may refer to
        those before it, and repeat what they say.

        Raises:
            PledgerError: of all of them; the fact ``outcome`` is as in ``publish``.
        """
        self._refuse_stopped()
        with self._store.reading() as reading:
            admitted, scene = self._admit(batches, reading)
        if all(isinstance(one, PledgerError) for one in admitted):
            return tuple(one for one in admitted if isinstance(one, PledgerError))
        return self._commit_all(batches, admitted, scene)

    @property
    def is_stopped(self) -> bool:
        """Whether the outcome of a commit is unknown, so that this publisher writes nothing more."""
        return self._is_stopped

    def publish_groups(
        self, raws: Iterable[bytes], *, size: int = GROUP, executor: Executor | None = None
    ) -> Iterator[Publication]:
        """Yield what each of many commits published, as it is done; a group is recorded whole or not at all.

        With an executor of processes, the statements of the next group are opened and verified while this one is
        written.

        Raises:
            PledgerError: as ``publish``; the groups before stand.
        """
        opened = open_statements(raws, authority=self._fold().authority, executor=executor)
        while True:
            with uncollected():
                publication = self._publish_next(opened, size)
            if publication is None:
                return
            yield publication

    def _publish_next(self, opened: Iterator[Opened], size: int) -> Publication | None:
        """Publish the next statements and let go of all but their rows, before the collector looks; None at the end."""
        group = tuple(islice(opened, size))
        return self._publish(group) if group else None

    def _fold(self) -> Folded:
        """Return the authority at the head, remembered from one call to the next."""
        self._refuse_stopped()
        with self._store.reading() as reading:
            self._folded = fold_authority(reading, self._folded)
        return self._folded

    def _publish(self, opened: Sequence[Opened]) -> Publication:
        (outcome,) = self.publish_together((opened,))
        if isinstance(outcome, PledgerError):
            raise outcome
        return outcome

    def _commit_all(
        self, batches: Sequence[Sequence[Opened]], admitted: tuple[_Admission, ...], scene: Scene
    ) -> tuple[Publication | PledgerError, ...]:
        # 1. Several processes may wait here; the store lets one pass.
        with self._store.writing() as writing:
            head = writing.head()
            # 2.
            at = self._clock()
            _refuse_backward(head, at=at)
            edge = standing_edge(writing, head)
            if self._published is not None:
                refuse_restored(head, self._published.last())
            # 3. Signatures and files stay checked; only what depends on the log is looked at again.
            if head.size != scene.base:
                admitted, scene = self._admit(batches, writing)
            fresh = [one for batch in admitted if not isinstance(batch, PledgerError) for one in batch if one.is_new]
            if not fresh:
                # Whoever committed it may have died before it was noted.
                self._note(head.size, head.checkpoint)
                return _outcomes(admitted, (), head.checkpoint, head.size, None)
            # 4. and 5.
            previous = _last_leaf(writing, head.size)
            rows = tuple(chain_rows([one.opened for one in fresh], start=head.size, previous=previous, at=at))
            grown, nodes = edge.extend([row.leaf for row in rows])
            # 6. If what follows fails, this checkpoint dies with the stack frame: nobody has seen it.
            # The keys are those in force after what it covers: an appointment in the batch counts for it already.
            keys = _in_force(scene).checkpoint_keys_at(grown.size)
            note = self._sign(Checkpoint(self.origin, grown.size, grown.root), _posix(at), keys)
            # 7.
            writing.append(rows, nodes)
            gone = erased_digests(one.opened.said for one in fresh)
            if gone:
                writing.erase(bodies_of(writing, gone))
            if not writing.swap(head, Head(size=grown.size, checkpoint=note, received=at)):
                message = (
                    "The head moved while its lock was held; run pledger log check, and see what else writes here."
                )
                raise ConflictError(message, size=head.size)
            self._commit(writing)
        # 8. A crash here leaves a checkpoint that nobody has seen, and that the next start notes.
        self._note(grown.size, note)
        # 9. A crash here leaves files that the next start removes.
        if gone:
            self._remove(gone)
        # 10. Receipts come of the old edge and the new nodes: every sibling of a new entry is among them.
        at_hand: dict[tuple[int, int], Hash] = dict(zip(edge_indexes(edge.size), edge.hashes, strict=True))
        at_hand.update(((level, index), found) for level, index, found in nodes)
        return _outcomes(admitted, rows, note, grown.size, Latest(edge.size, grown.size, at_hand))

    def _admit(self, batches: Sequence[Sequence[Opened]], reading: Reading) -> tuple[tuple[_Admission, ...], Scene]:
        """Return each batch as admitted at a snapshot, or why it is refused, and the scene after all of them."""
        self._folded = folded = fold_authority(reading, self._folded)
        now = self._clock()
        scene = Scene(reading, folded.authority, now=now, blobs=self._blobs, erased=folded.erased)
        if len(batches) > 1:
            # Asked for together, what was said before costs one look and not one for each batch.
            scene.repeats([(one.envelope.kid, one.payload) for batch in batches for one in batch])
        found: list[_Admission] = []
        for batch in batches:
            # A batch that is refused leaves nothing: one statement is refused before it is added, and several are
            # added to a scene of their own.
            trial = scene if len(batch) == 1 or len(batches) == 1 else scene.copy()
            try:
                found.append(admit(batch, trial, received=now))
            except PledgerError as error:
                found.append(error)
            else:
                scene = trial
        return tuple(found), scene

    def _remove(self, digests: Iterable[str]) -> None:
        """Remove erased files, and erased statements from wherever the store still has their bytes."""
        for digest in digests:
            self._blobs.remove(digest)
        self._store.purge()

    def _note(self, size: int, checkpoint: bytes) -> None:
        if self._published is not None:
            self._published.advance(size, checkpoint)

    def _commit(self, writing: Writing) -> None:
        """Commit, and stop for good where nobody can say whether it happened."""
        try:
            writing.commit()
        except UnavailableError as error:
            self._is_stopped = error.facts.get("outcome") != NOTHING_RECORDED
            raise
        except BaseException:
            self._is_stopped = True
            raise

    def _refuse_stopped(self) -> None:
        if self._is_stopped:
            message = "The outcome of an earlier commit is unknown, so nothing more is written; open the ledger again."
            raise UnavailableError(message, outcome="unknown")


def make_receipt(reading: Reading, row: Row) -> Receipt:
    """Return the receipt of an entry: the one that was given first, under the first checkpoint that covers it."""
    note = reading.checkpoint_over(row.index + 1)
    if note is None:
        message = f"No checkpoint covers entry {row.index}; run pledger log check, and restore the ledger from a copy."
        raise ConflictError(message, index=row.index)
    size = parse_checkpoint(parse_note(note).text).size
    nodes = reading.nodes(inclusion_indexes(row.index, size))
    return _receipt(row, prove_inclusion(row.index, size, nodes), note=note)


def _receipt(row: Row, inclusion: tuple[Hash, ...], *, note: bytes) -> Receipt:
    return Receipt(row.header, row.index, Digest(f"sha256:{row.statement.hex()}"), inclusion, note)


def refuse_contradiction(reading: Reading, *, origin: str, genesis: str, published: bytes | None = None) -> None:
    """Raise where what is stored contradicts what was signed: on start-up, before anything is written or answered.

    It reads the head, the last checkpoint, the edge of the tree and the charter, so it takes no longer in a long log;
    ``log check`` recomputes everything.

    Args:
        origin: the log's name, and ``genesis`` the charter's, as the configuration has them.
        published: the last checkpoint that left, read before the snapshot was taken: it follows the commit.

    Raises:
        ConflictError: the sentence says what contradicts what, and what to do.
        ForkError: what left is no beginning of what is stored; it carries both checkpoints.

    Source: design §2.5.
    """
    head = reading.head()
    authority = fold_authority(reading, Folded()).authority
    if authority is None or authority.genesis != genesis:
        found = "none" if authority is None else authority.genesis
        message = f"The ledger was set up with the charter {genesis}, and its log begins with {found}; {_RESTORE}"
        raise ConflictError(message, genesis=genesis, found=found)
    if authority.charter.origin != origin:
        message = f"The last checkpoint is not one that {origin} signed, but of {authority.charter.origin}; {_RESTORE}"
        raise ConflictError(message, origin=origin, found=authority.charter.origin)
    try:
        open_checkpoint_at(head.checkpoint, authority.checkpoint_keys_at)
    except (MalformedError, RefusedError) as error:
        message = f"The last checkpoint is not one that {origin} signed ({error.message}) {_RESTORE}"
        raise ConflictError(message, size=head.size) from error
    standing_edge(reading, head)
    if published is not None:
        refuse_restored(head, published)
        _refuse_forked(reading, head, published, keys_at=authority.checkpoint_keys_at)


def refuse_restored(head: Head, published: bytes | None) -> None:
    """Raise where a larger checkpoint has left than the one that is stored: to sign on top of that forks the log.

    Raises:
        ConflictError: the store was restored from an old copy, or what is noted is no checkpoint.
        ForkError: another checkpoint of the head's size has left.
    """
    if published is None:
        return
    try:
        text = parse_note(published).text
        left = parse_checkpoint(text).size
    except MalformedError as error:
        message = f"What is noted as the last checkpoint to have left cannot be read ({error.message}) {_RESTORE}"
        raise ConflictError(message, size=head.size) from error
    if left == head.size and text != parse_note(head.checkpoint).text:
        message = f"Another checkpoint of {left} entries has left this log than the one that is stored; {_RESTORE}"
        raise ForkError(message, held=head.checkpoint.decode(), published=published.decode())
    if left > head.size:
        message = (
            f"The log has {head.size} entries, and a checkpoint of {left} has left it: its database is an old copy. Do "
            "not write to it: restore the latest copy, or rebuild it from its static site with pledger log import."
        )
        raise ConflictError(message, size=head.size, published=left)


def _refuse_forked(reading: Reading, head: Head, published: bytes, *, keys_at: KeysAt) -> None:
    """Raise unless what is stored begins with the entries of the last checkpoint that left."""
    try:
        left = open_checkpoint_at(published, keys_at).checkpoint
    except (MalformedError, RefusedError) as error:
        message = (
            f"The checkpoint that is noted as the last to have left is not this log's ({error.message}) {_RESTORE}"
        )
        raise ConflictError(message, size=head.size) from error
    if read_edge(left.size, reading.nodes(edge_indexes(left.size))).root != left.root:
        message = f"The log does not begin with the {left.size} entries whose checkpoint has left it; {_RESTORE}"
        raise ForkError(message, held=head.checkpoint.decode(), published=published.decode())


def standing_edge(reading: Reading, head: Head) -> Edge:
    """Return the edge of the tree at the head, once head, last checkpoint, entries and tree are seen to agree.

    Nothing may be signed on top of a contradiction: that would make it ours.

    Raises:
        ConflictError: they do not agree.
    """
    entries = reading.last() + 1
    if head.size == entries == 0:
        return Edge(0, ())
    signed = parse_checkpoint(parse_note(head.checkpoint).text)
    if reading.checkpoint_over(head.size) != head.checkpoint or not entries == head.size == signed.size:
        message = (
            f"The head says {head.size} entries, its checkpoint signs "
            f"{signed.size}, and there are {entries}; {_RESTORE}"
        )
        raise ConflictError(message, size=head.size, signed=signed.size, entries=entries)
    nodes = reading.nodes(edge_indexes(head.size))
    if len(nodes) != len(edge_indexes(head.size)) or read_edge(head.size, nodes).root != signed.root:
        message = f"The tree of {head.size} entries that is stored has not the root that was signed; {_RESTORE}"
        raise ConflictError(message, size=head.size)
    return read_edge(head.size, nodes)


def _refuse_backward(head: Head, *, at: str) -> None:
    """Raise where the clock is behind the head: the log's time only moves forward (design §2.3)."""
    if at < head.received:
        message = (
            f"The clock says {at}, which is before the last entry ({head.received}); set the clock right, or wait. "
            "Nothing was recorded."
        )
        raise UnavailableError(message, now=at, received=head.received, outcome=NOTHING_RECORDED)


def _in_force(scene: Scene) -> Authority:
    """Return the authority after a batch that was admitted; there is one, as nothing is admitted before the charter."""
    if scene.authority is None:
        message = "a statement was admitted before the charter"
        raise AssertionError(message)
    return scene.authority


def _last_leaf(reading: Reading, size: int) -> Hash:
    return ZERO_HASH if size == 0 else reading.nodes([(0, size - 1)])[0, size - 1]


def chain_rows(opened: Iterable[Opened], *, start: int, previous: Hash, at: str) -> Iterator[Row]:
    """Yield the entries of new statements: each header names the leaf before it (design §2.3)."""
    for index, (envelope, said, payload, _) in enumerate(opened, start=start):
        raw, kid, name, kind, subject = envelope.raw, envelope.kid, envelope.name, said.kind, said.subject
        header = format_header(Header(kid, index, kind, previous, at, len(raw), name, subject))
        previous = leaf_hash(header)
        yield Row(index, header, previous, bytes.fromhex(name[7:]), kind, subject, kid, at, raw, payload)


def _outcomes(
    admitted: Sequence[_Admission], rows: Sequence[Row], note: bytes, size: int, latest: Latest | None
) -> tuple[Publication | PledgerError, ...]:
    """Return what became of each batch: the rows are those of the new statements of all of them, in order."""
    found: list[Publication | PledgerError] = []
    given = iter(rows)
    for batch in admitted:
        if isinstance(batch, PledgerError):
            found.append(batch)
            continue
        own = tuple(islice(given, sum(one.is_new for one in batch)))
        found.append(Publication(tuple(map(_place, batch)), own, note, size, latest))
    return tuple(found)


def _place(one: Admitted) -> Place:
    said = one.opened.said
    return (
        Place(said.index, said.name, repeated=False)
        if one.first is None
        else Place(one.first, said.name, repeated=True)
    )


def _posix(at: str) -> int:
    """Return a moment as seconds since 1970."""
    return int(datetime.fromisoformat(at).timestamp())
