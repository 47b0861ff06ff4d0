"""Importing a log: a ledger rebuilt from its static site alone, to the identical root (design §2.4).

The site is a stranger's, and so is read strictly, in one pass and in memory that does not grow. Entries, nodes and
statements go into an empty store, files to their digests; then the whole store is checked as ``log check`` does, by
code that shares nothing with this. Only after that is it a ledger. In order::

    1. the charter, its keys, the policy; the checkpoint with both signatures
    2. each bundle: headers in their one spelling, chained, each the leaf of its tile
    3. each tile of every level: the bytes that these leaves give
    4. each statement: digest, size, envelope; the checkpoint that its author had seen
    5. each file: digest and size; what is absent is excused by a logged erasure, or by its licence
    6. the root: the one that was signed
    7. all over again, from the store: signatures, roles, chain, tree, observations; where a log is followed, of what
       is new

Source: issue of the log, part 1.
"""

import hashlib
from concurrent.futures import Executor
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Final, Protocol

from ledger.errors import ConflictError, ForkError, MalformedError
from ledger.model.erasure import LASTING
from ledger.service.carried import Carried
from ledger.service.check import check_log
from ledger.service.erase import bodies_of
from ledger.service.export_log import standing
from ledger.service.pool import READERS, pool
from ledger.service.ports import Blobs, Progress, Reading, Store, Writing
from ledger.service.site import (
    Checking,
    Entry,
    Front,
    Readable,
    Source,
    Tiler,
    blob_path,
    erased_by,
    files_of,
    read_entries,
    read_front,
    read_hashes,
    read_headers,
    read_past,
    read_statements,
)
from ledger.signing.canonical import Json, encode_base64url, parse_canonical
from ledger.signing.envelope import STATEMENT, open_envelope
from ledger.tlog.merkle import edge_indexes, read_edge
from ledger.tlog.stored import Head, Row
from ledger.tlog.tile import ENTRIES, Tile, format_bundle, format_tile, format_tile_path

GROUP: Final = 20_000
"""Entries of one transaction: what is not committed waits in the write-ahead log."""


class KeptBlobs(Blobs, Protocol):
    """Files by digest, to which more are added, and from which what the log erases is removed."""

    def put(self, stream: Readable, *, expected: str | None = None) -> object:
        """Keep a stream's bytes under their digest, which has to be the one that is expected."""


SEVERAL: Final = 2_000
"""Entries from which on it is quicker to check them in several processes."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import rebuilt.

    Attributes:
        front: charter, policy, checkpoint, and the keys that signed it.
        statements: how many are held; ``erased`` how many a logged erasure has removed.
        files: how many files are held.
        withheld: digests of files that are not there, as their licence keeps them back or an erasure removed them.
        timestamps: what of the site's timestamps was carried over; whoever keeps them fills it in.
    """

    front: Front
    statements: int
    erased: int
    files: int
    withheld: tuple[str, ...]
    timestamps: Carried = Carried()  # noqa: RUF009  # frozen, and holds nothing


def import_log(
    source: Source,
    store: Store,
    blobs: KeptBlobs,
    *,
    trusted: bytes | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Rebuild a ledger in an empty store from a static site.

    Args:
        source: the site.
        store: empty; it is no ledger until this returns.
        blobs: where its files go.
        trusted: a policy that the caller holds, which then has to accept the checkpoint.
        executor: of threads that fetch statements.
        progress: told how many entries of how many are done.

    Raises:
        MalformedError: the site is not whole, or something in it is not what it should be; the sentence names it.
        RefusedError: a signature is missing or bad, or the trusted policy does not accept the log.
        ConflictError: the store is not empty.
        UnavailableError: the site cannot be read, or the disk is full.
    """
    return _Import(source, store, blobs, executor=executor, progress=progress).run(trusted)


def follow_log(
    source: Source,
    store: Store,
    blobs: KeptBlobs,
    *,
    held: Front,
    trusted: bytes | None = None,
    excused: frozenset[str] = frozenset(),
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Imported | None:
    """Bring a ledger that was rebuilt from a static site up to it, once it is seen to continue what is held.

    What is held was checked before, and is known to be the same still; of the store, what is new is checked.

    Args:
        source, store, blobs, trusted, executor, progress: as those of ``import_log``.
        held: what the store holds: its checkpoint, and the authority after its entries.
        excused: files that the site kept back before.

    Returns:
        What the new entries brought; None where there are none.

    Raises:
        ForkError: the site has another past than what is held, or a shorter one; it carries both checkpoints.
        PledgerError: as ``import_log``; nothing was taken over, unless the check says that it is unsound.
    """
    return _Import(source, store, blobs, executor=executor, progress=progress).follow(held, trusted, excused)


class _Import:
    """One import, step by step.

    Attributes:
        absent: entries whose statements are not there, by the statement's digest.
        missing: files that are needed and not there, by digest: the entry that names them.
        erasures: by digest, the entry that removes it.
        restricted: files that are kept back by their licence.
        gone: how many statements were erased.
    """

    def __init__(
        self, source: Source, store: Store, blobs: KeptBlobs, *, executor: Executor | None, progress: Progress | None
    ) -> None:
        self.source = source
        self.store = store
        self.blobs = blobs
        self.executor = executor
        self.progress = progress
        self.tiler = Tiler(read_edge(0, {}))
        self.gone = 0
        self.genesis = ""
        self.absent: dict[str, int] = {}
        self.missing: dict[str, int] = {}
        self.erasures: dict[str, int] = {}
        self.restricted: set[str] = set()
        self.held: set[str] = set()
        self.roots: dict[int, str] = {}

    def run(self, trusted: bytes | None) -> Imported:
        # 1.
        front = read_front(self.source, trusted=trusted)
        self.genesis, size = front.authority.genesis, front.checkpoint.size
        # 2. to 5., in groups. A crash leaves a store without a head: no ledger, and the next import begins anew.
        bundles = read_entries(self.source, 0, size)
        received = ""
        while self.tiler.edge.size < size:
            with self.store.writing() as writing:
                _refuse_used(writing.head())
                stop = min(size, self.tiler.edge.size + GROUP)
                while self.tiler.edge.size < stop:
                    entries = next(bundles)
                    self._take(entries, writing)
                    received = entries[-1].header.received
                    if self.progress is not None:
                        self.progress(self.tiler.edge.size, 2 * size)
                if self.tiler.edge.size == size:
                    self._finish(front, writing, received=received)
                writing.commit()
        # 7.
        withheld = tuple(sorted((self.missing.keys() | self.restricted | self.erasures.keys()) - self.held))
        self._check(front, withheld=frozenset(withheld))
        named = self.missing.keys() | self.restricted
        return Imported(
            front,
            statements=size - self.gone,
            erased=self.gone,
            files=len(self.held),
            withheld=tuple(digest for digest in withheld if digest in named),
        )

    def follow(self, held: Front, trusted: bytes | None, excused: frozenset[str]) -> Imported | None:
        # 1. The same log, and no shorter.
        front = read_front(self.source, trusted=trusted, held=held)
        self.genesis, old, new = held.authority.genesis, held.checkpoint, front.checkpoint
        if new == old:
            return None
        if new.size <= old.size:
            raise _fork(self.source, held, front, "has turned back, or signed another log of the same size")
        if read_past(self.source, old, new)[0] != old.root:
            raise _fork(self.source, held, front, "does not begin with the entries that are held")
        # 2. to 6., in one transaction: a crash leaves what was held.
        with self.store.writing() as writing:
            if writing.head().size != old.size:
                raise ConflictError("Another process follows the log into the same store; try again.")
            self.tiler = standing(writing, old.size)
            received = writing.head().received
            for entries in read_entries(self.source, old.size, new.size):
                if entries:
                    self._take(entries, writing)
                    received = entries[-1].header.received
                    if self.progress is not None:
                        self.progress(self.tiler.edge.size, 2 * new.size)
            self._finish(front, writing, received=received)
            writing.commit()
        # 7.
        kept_back = excused | ((self.missing.keys() | self.restricted | self.erasures.keys()) - self.held)
        self._check(front, withheld=frozenset(kept_back), after=old.size)
        named = (self.missing.keys() | self.restricted) - self.held
        statements = new.size - old.size - len(self.absent)
        return Imported(front, statements, len(self.absent), len(self.held), tuple(sorted(excused | named)))

    def _take(self, entries: tuple[Entry, ...], writing: Writing) -> None:
        """Take one bundle into the store."""
        # 3. The tiles that these entries complete.
        grown = self.tiler.extend([entry.raw for entry in entries])
        for tile, raw in grown.tiles:
            self._compare(tile, raw)
        # 4.
        jws = read_statements(self.source, entries, self.executor)
        payloads: list[tuple[Entry, Json]] = []
        rows: list[Row] = []
        for entry, raw_statement in zip(entries, jws, strict=True):
            row, payload = self._row(entry, raw_statement)
            rows.append(row)
            payloads.append((entry, payload))
        writing.append(rows, grown.nodes)
        for entry, payload in payloads:
            self._check_anchor(entry, payload, writing)
            # 5.
            self._take_files(entry, payload)

    def _row(self, entry: Entry, raw: bytes | None) -> tuple[Row, Json]:
        """Return an entry as the store keeps it, and what its statement says."""
        header = entry.header
        payload: Json = None
        payload_digest: bytes | None = None
        if raw is None:
            if header.kind in LASTING:
                message = (
                    f"{self.source.name} lacks the {header.kind} of entry {header.index}, which nothing can erase."
                )
                raise MalformedError(message, index=header.index)
            self.absent[header.statement] = header.index
        else:
            what = f"the statement of entry {header.index}"
            envelope = open_envelope(raw, typ=STATEMENT, what=what)
            payload = parse_canonical(envelope.payload, what=what)
            payload_digest = hashlib.sha256(envelope.payload).digest()
        row = Row(
            index=header.index, header=entry.raw, leaf=entry.leaf, statement=bytes.fromhex(header.statement[7:]),
            kind=header.kind, subject=header.subject, author=header.author, received=header.received, jws=raw,
            payload=payload_digest,
        )  # fmt: skip
        return row, payload

    def _compare(self, tile: Tile, raw: bytes) -> None:
        """Raise unless a tile of the site has exactly these bytes."""
        if tile.level == ENTRIES:
            same = format_bundle(read_headers(self.source, tile)) == raw
        else:
            same = format_tile(read_hashes(self.source, tile)) == raw
        if not same:
            message = f"{format_tile_path(tile)} of {self.source.name} is not what the entries give; do not rely on it."
            raise MalformedError(message, path=format_tile_path(tile))

    def _check_anchor(self, entry: Entry, payload: Json, reading: Reading) -> None:
        """Raise unless the checkpoint that a statement's author had seen is of this log's past (design §2.2)."""
        match payload.get("anchor") if isinstance(payload, dict) else None:
            case {"size": int(size), "root": str(root)}:
                if size not in self.roots and 0 < size <= entry.header.index:
                    if len(self.roots) >= GROUP:
                        self.roots.clear()
                    found = read_edge(size, reading.nodes(edge_indexes(size))).root
                    self.roots[size] = encode_base64url(found)
                if self.roots.get(size) != root or size > entry.header.index:
                    message = (
                        f"The checkpoint of {size} entries that the author of entry {entry.header.index} "
                        "had seen is not of this log."
                    )
                    raise MalformedError(message, index=entry.header.index)
            case _:
                return

    def _take_files(self, entry: Entry, payload: Json) -> None:
        """Copy the files that a statement names, and remember what it erases."""
        kind, index = entry.header.kind, entry.header.index
        for digest in erased_by(kind, payload):
            self.erasures.setdefault(digest, index)
        files = files_of(kind, payload)
        self.restricted.update(files.restricted)
        for digest, size in {**files.needed, **files.restricted}.items():
            if not self._copy(digest, limit=size) and digest in files.needed:
                self.missing[digest] = index
        for digest in files.wanted:
            self._copy(digest, limit=None)

    def _copy(self, digest: str, *, limit: int | None) -> bool:
        """Copy a file; tell whether it is held."""
        if digest in self.held:
            return True
        stream = self.source.open(blob_path(digest))
        if stream is None:
            return False
        with stream:
            checking = Checking(stream, digest) if limit is None else Checking(stream, digest, limit=limit)
            self.blobs.put(checking, expected=digest)
        self.held.add(digest)
        return True

    def _finish(self, front: Front, writing: Writing, *, received: str) -> None:
        """Take the last tiles, and write the head, once the root is the one that was signed."""
        for tile, hashes in self.tiler.partial():
            self._compare(tile, format_tile(hashes))
        # 5. What is absent.
        for digest, index in {**self.absent, **self.missing}.items():
            # What was logged after its erasure is not excused by it.
            is_erased = self.erasures.get(digest, -1) > index
            if not is_erased and (digest in self.absent or digest not in self.restricted):
                what = "statement" if digest in self.absent else "file"
                message = (
                    f"{self.source.name} lacks the {what} {digest} of entry {index}, and nothing logged removes it."
                )
                raise MalformedError(message, index=index, digest=digest)
        # 6.
        if self.tiler.edge.root != front.checkpoint.root:
            message = f"The entries of {self.source.name} do not have the root that its checkpoint signs."
            raise MalformedError(message, size=front.checkpoint.size)
        self._erase(writing)
        new = Head(size=front.checkpoint.size, checkpoint=front.note, received=received)
        if not writing.swap(writing.head(), new):
            raise ConflictError("Another process writes to the store; import into a new directory.")

    def _erase(self, writing: Writing) -> None:
        """Note what was erased, and keep nothing of it that the site still had."""
        for entry, by in bodies_of(writing, self.erasures):
            row = writing.row(entry)
            # What no erasure may name is found by the check.
            if row is not None and entry < by and row.kind not in LASTING:
                writing.erase([(entry, by)])
                self.gone += 1
        for digest in self.erasures:
            if self.blobs.remove(digest):
                self.held.discard(digest)

    def _check(self, front: Front, *, withheld: frozenset[str], after: int = 0) -> None:
        """Raise unless the store is sound by the check that shares nothing with what filled it.

        Args:
            after: entries that were checked before.
        """
        size = front.checkpoint.size

        def second_half(done: int, total: int) -> None:
            if self.progress is not None:
                self.progress(total + done, 2 * total)

        # The threads that fetched would wait for one another here; processes do not, where there is enough to do.
        several = pool(preload=READERS, is_shared=True) if size - after >= SEVERAL else nullcontext(None)
        with self.store.reading() as reading, several as processes:
            checked = check_log(
                reading, self.blobs, genesis=self.genesis, executor=processes, elsewhere=self.store.elsewhere(),
                progress=second_half, excused=withheld, after=after,
            )  # fmt: skip
        if not checked.is_sound or checked.size != size or checked.root != front.checkpoint.root:
            first = checked.findings[0].sentence if checked.findings else "Its root is another."
            message = f"{self.source.name} is not a sound ledger: {first}"
            raise MalformedError(message, findings=[one.sentence for one in checked.findings[:20]])


def _fork(source: Source, held: Front, served: Front, what: str) -> ForkError:
    """Return the error that carries both checkpoints of a log that contradicts itself."""
    message = (
        f"{source.name} {what}: it signed {served.checkpoint.size} entries, and {held.checkpoint.size} are held; keep "
        "both checkpoints, and do not rely on it."
    )
    return ForkError(message, held=held.note.decode(), served=served.note.decode())


def _refuse_used(head: Head) -> None:
    if head.size:
        message = f"The store holds {head.size} entries already; import into a new directory."
        raise ConflictError(message, size=head.size)
