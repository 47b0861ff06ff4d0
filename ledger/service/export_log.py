"""Exporting the log: everything that a server would serve of it, written as files (design §2.4).

It goes on where the site's checkpoint stands, so that a daily export writes a day's entries; full tiles are written
once and never again. What is written is made durable, and only then the checkpoint: whoever reads the site finds
everything that its checkpoint covers, whenever this process dies. The tree is folded anew from the headers, so that a
store which contradicts its own checkpoint exports nothing. A file whose licence does not let it travel stays behind.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from ledger.errors import ConflictError, ForkError, RefusedError
from ledger.model.statement import EvidenceStatement
from ledger.service.carried import write_timestamps
from ledger.service.interval import Dating
from ledger.service.ports import Blobs, Progress, Reading
from ledger.service.scene import read_said
from ledger.service.site import (
    CHECKPOINT,
    POLICY,
    Files,
    Site,
    Tiler,
    blob_path,
    erased_by,
    files_of,
    partial_tiles,
    read_whole,
    stand,
    statement_path,
    write_full,
    write_partial,
)
from ledger.signing.canonical import parse_canonical
from ledger.signing.envelope import STATEMENT, open_envelope
from ledger.tlog.checkpoint import Checkpoint, KeysAt, open_checkpoint_at, parse_checkpoint
from ledger.tlog.merkle import edge_indexes, read_edge
from ledger.tlog.note import NOTE_LIMIT, parse_note
from ledger.tlog.stored import Row
from ledger.tlog.tile import TILE_HEIGHT, TILE_WIDTH, Tile, tile_addresses

CHUNK: Final = 4 * TILE_WIDTH
"""Entries that are at hand at a time."""

BLOCK: Final = 1 << 20
"""Bytes of a file that are at hand at a time."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote.

    Attributes:
        size: entries that the site's checkpoint covers now; ``before`` those that it covered before.
        statements: how many files of statements were written, ``blobs`` how many others that they name.
        withheld: digests of files that stay behind, by their licence, of the statements gone through.
    """

    checkpoint: Checkpoint
    before: int
    statements: int
    blobs: int
    withheld: tuple[str, ...]

    @property
    def size(self) -> int:
        """The number of entries that the site now covers."""
        return self.checkpoint.size


def export_log(
    reading: Reading,
    blobs: Blobs,
    site: Site,
    *,
    policy: bytes,
    keys_at: KeysAt,
    dating: Dating | None = None,
    restricted: bool = False,
    progress: Progress | None = None,
) -> Exported:
    """Bring a static site up to what a snapshot of the ledger holds, and return what was written.

    Args:
        reading: a snapshot.
        blobs: the files that statements name.
        site: to be written; empty, or an earlier export of the same log.
        policy: of the log, as it publishes it.
        keys_at: gives the keys that sign the log's checkpoint of a size.
        dating: who has dated the log's checkpoints; cosignatures and timestamps go out with it.
        restricted: write the files too whose licence does not let them travel: for a successor, not for the public.
        progress: told how many entries of how many are done.

    Raises:
        ForkError: the site's checkpoint and the ledger's contradict each other; it carries both.
        ConflictError: the site is another log's or ahead of the ledger, or the ledger contradicts its checkpoint.
        UnavailableError: the disk is full or cannot be written; the site stands as its checkpoint says.
    """
    with site.writing():
        export = _Export(reading, blobs, site, keys_at=keys_at, restricted=restricted, progress=progress)
        return export.run(policy, dating)


def standing(reading: Reading, size: int) -> Tiler:
    """Return the tiles of a log as they stand at a size, from its store."""
    edge = read_edge(size, reading.nodes(edge_indexes(size)))
    rows = {}
    for tile in partial_tiles(size):
        addresses = tile_addresses(tile)
        nodes = reading.nodes(addresses)
        rows[tile.level] = [nodes[address] for address in addresses]
    entries = [row.header for row in reading.rows(size - size % TILE_WIDTH, size)]
    return stand(size, edge, rows, entries)


class _Export:
    """One export, step by step."""

    def __init__(
        self,
        reading: Reading,
        blobs: Blobs,
        site: Site,
        *,
        keys_at: KeysAt,
        restricted: bool,
        progress: Progress | None,
    ) -> None:
        self.reading = reading
        self.blobs = blobs
        self.site = site
        self.keys_at = keys_at
        self.is_all = restricted
        self.progress = progress
        self.statements = 0
        self.files = 0
        self.withheld: dict[str, None] = {}
        self.whole: set[str] = set()

    def run(self, policy: bytes, dating: Dating | None) -> Exported:
        # 1. Where the ledger and the site stand.
        signed = self.reading.head().checkpoint
        note = (dating.cosigned(self.reading.head().size) if dating is not None else None) or signed
        checkpoint = open_checkpoint_at(note, self.keys_at).checkpoint
        if parse_note(note).text != parse_note(signed).text:
            message = "The witnesses cosigned another checkpoint than the ledger's last; run pledger log check."
            raise ConflictError(message, cosigned=note.decode(), ledger=signed.decode())
        before = self._held(checkpoint, note)
        # 2. Entries, tiles and statements since then.
        tiler = standing(self.reading, before)
        for rows in _chunks(self.reading.rows(before, checkpoint.size)):
            write_full(self.site, tiler.extend([row.header for row in rows]).tiles)
            for row in rows:
                if row.jws is not None:
                    self.statements += self.site.write(statement_path(row.statement.hex()), row.jws)
            if self.progress is not None:
                self.progress(rows[-1].index + 1, checkpoint.size)
        if tiler.edge.root != checkpoint.root:
            message = "The entries do not have the root that the last checkpoint signs; run pledger log check."
            raise ConflictError(message, size=checkpoint.size)
        write_partial(self.site, tiler, is_wanted=lambda tile: self._was_published(tile, checkpoint.size))
        # 3. The files that they name. What must travel now, but did not before, needs all statements again.
        self._write_files(0 if self.is_all else before, checkpoint.size)
        if dating is not None and dating.stamps is not None:
            write_timestamps(self.site, dating.stamps, dating.authorities, before=before, size=checkpoint.size)
        # 4. A crash before the last step leaves the old checkpoint, and files beyond it that nobody asks for.
        self.site.write(POLICY, policy)
        self.site.settle()
        self.site.publish(CHECKPOINT, note)
        return Exported(checkpoint, before, self.statements, self.files, tuple(sorted(self.withheld)))

    def _held(self, checkpoint: Checkpoint, note: bytes) -> int:
        """Return how many entries the site covers, once its checkpoint is seen to be one of this log's past."""
        raw = read_whole(self.site, CHECKPOINT, limit=NOTE_LIMIT)
        if raw is None:
            return 0
        try:
            held = open_checkpoint_at(raw, self.keys_at).checkpoint
        except RefusedError as error:
            message = f"{self.site.name} holds a site that this log did not sign; export to another directory."
            raise ConflictError(message, directory=self.site.name) from error
        facts = {"held": raw.decode(), "ledger": note.decode()}
        if held.size > checkpoint.size:
            message = (
                f"{self.site.name} holds {held.size} entries, and the ledger has {checkpoint.size}: it was restored "
                "from an old copy. Write nothing to it, and get back what is missing with pledger log import."
            )
            raise ConflictError(message, **facts)
        if read_edge(held.size, self.reading.nodes(edge_indexes(held.size))).root != held.root:
            message = f"The ledger does not begin with the {held.size} entries signed in {self.site.name}; keep both."
            raise ForkError(message, **facts)
        return held.size

    def _was_published(self, tile: Tile, size: int) -> bool:
        """Tell whether a checkpoint was signed at whose size a tile is of this width."""
        shift = TILE_HEIGHT * tile.level
        first = ((tile.index << TILE_HEIGHT) + tile.width) << shift
        if size >> shift == first >> shift:
            return True
        note = self.reading.checkpoint_over(first)
        return note is not None and parse_checkpoint(parse_note(note).text).size >> shift == first >> shift

    def _write_files(self, before: int, size: int) -> None:
        """Write the files that statements of a range name, and remove what they erase or may no longer travel."""
        held_back = self._restricted(size) if not self.is_all else frozenset[str]()
        erased: set[str] = set()
        for row in self.reading.rows(before, size):
            if row.jws is None:
                continue
            payload = parse_canonical(open_envelope(row.jws, typ=STATEMENT).payload, what=f"entry {row.index}")
            erased.update(erased_by(row.kind, payload))
            for digest in _all(files_of(row.kind, payload)):
                if digest in held_back:
                    self.withheld[digest] = None
                else:
                    self.files += self._write_file(digest)
        for digest in erased:
            self.site.remove(statement_path(digest))
        for digest in (*erased, *self.withheld):
            self.site.remove(blob_path(digest))

    def _restricted(self, size: int) -> frozenset[str]:
        """Return the raw files that some evidence does not let travel: one such statement is enough."""
        found: set[str] = set()
        for row in self.reading.rows(0, size, kinds=("evidence",)):
            said = read_said(row)
            if said is not None and isinstance(said.statement, EvidenceStatement):
                body = said.statement.body
                found.update(() if body.redistribute else (body.raw.digest,))
        return frozenset(found)

    def _write_file(self, digest: str) -> bool:
        """Write a file, if it is held and not there whole; a power cut may have left one of the right size in zeros."""
        if digest in self.whole or self.blobs.size(digest) is None:
            return False
        self.whole.add(digest)
        path = blob_path(digest)
        there = self.site.open(path)
        if there is not None:
            with there:
                hashed = hashlib.sha256()
                while block := there.read(BLOCK):
                    hashed.update(block)
                if f"sha256:{hashed.hexdigest()}" == digest:
                    return False
        with self.blobs.open(digest) as stream:
            self.site.put(path, stream)
        return True


def _all(files: Files) -> Iterator[str]:
    """Yield every file that a statement names."""
    yield from (*files.needed, *files.wanted, *files.restricted)


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk
