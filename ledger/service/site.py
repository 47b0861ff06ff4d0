"""The static site: a whole ledger as files that any web server can serve (design §2.4; C2SP tlog-tiles).

::

    checkpoint                the last one, as signed; written last
    policy                    the keys of the log, and its witnesses (C2SP tlog-policy)
    tile/<L>/<N>[.p/<W>]      256 nodes of tree level 8·L, fewer where partial
    tile/entries/<N>[.p/<W>]  the headers of 256 entries
    statement/<sha256>        each statement as it was signed
    blob/<sha256>             files that statements name: observations, mappings, raw files that may travel

Here are its paths, what is asked of whoever keeps or fetches it, the tiles as they grow, and the strict reading of
what somebody else wrote. Nothing of it is believed before it has led to a signed root. docs/formats.md has the bytes.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, Final, Protocol, TypeVar, runtime_checkable

from ledger.assessment.authority import Authority, found, weigh_key
from ledger.assessment.succession import open_by_succession
from ledger.errors import MalformedError, RefusedError
from ledger.model.statement import CharterStatement, KeyStatement, parse_statement
from ledger.signing.canonical import MAX_BYTES, Json
from ledger.signing.envelope import STATEMENT, open_envelope
from ledger.tlog.checkpoint import Checkpoint, open_checkpoint_at, parse_checkpoint
from ledger.tlog.entry import HEADER_LIMIT, Header, chain_fault, parse_header
from ledger.tlog.merkle import (
    Address,
    Edge,
    Hash,
    Node,
    consistency_indexes,
    edge_indexes,
    leaf_hash,
    prove_consistency,
    read_edge,
    verify_consistency,
)
from ledger.tlog.note import NOTE_LIMIT, VerifierKey, parse_note
from ledger.tlog.policy import POLICY_LIMIT, parse_policy
from ledger.tlog.prefix import prefix_indexes, read_prefix
from ledger.tlog.tile import (
    ENTRIES,
    TILE_HEIGHT,
    TILE_WIDTH,
    Tile,
    format_bundle,
    format_tile,
    format_tile_path,
    hash_in_tile,
    parse_bundle,
    parse_tile,
    tile_of,
)

CHECKPOINT: Final = "checkpoint"
POLICY: Final = "policy"

FILE_LIMIT: Final = 1 << 40
"""The most bytes of a file whose size no statement says."""

_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_BUNDLE_LIMIT: Final = TILE_WIDTH * (2 + HEADER_LIMIT)
_NAMES_STATEMENTS: Final = frozenset({"charter", "key", "retraction", "erasure", "index"})

T = TypeVar("T")
U = TypeVar("U")


class Readable(Protocol):
    """What a file is read from."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to ``size`` bytes; nothing at the end."""


class Source(Protocol):
    """A static site that is read: in a directory, or at an address."""

    @property
    def name(self) -> str:
        """The site as a sentence names it."""

    def open(self, path: str) -> BinaryIO | None:
        """Return a file for reading from its start, or None where there is none.

        Raises:
            UnavailableError: the site cannot be reached or read; so may reading from what was opened.
        """


@runtime_checkable
class Paged(Protocol):
    """A source that gives the statements of many entries at once, as the server of a ledger does."""

    def statements(self, start: int, stop: int) -> Mapping[int, bytes]:
        """Return statements of these entries by index, as far as they are given; what is left out is asked for alone.

        Raises:
            UnavailableError: the source cannot be reached or read.
        """


class Site(Source, Protocol):
    """A static site that is written."""

    def writing(self) -> AbstractContextManager[None]:
        """Take the site for writing, for the time of a ``with`` block."""

    def write(self, path: str, raw: bytes) -> bool:
        """Write a file unless it is there with the same bytes; tell whether it was written."""

    def put(self, path: str, stream: Readable) -> None:
        """Write a file from a stream; where the stream raises, nothing is written."""

    def remove(self, path: str) -> bool:
        """Remove a file; tell whether it was there."""

    def remove_below(self, path: str) -> None:
        """Remove a directory with all that is in it, where there is one."""

    def settle(self) -> None:
        """Make durable whatever was written so far."""

    def publish(self, path: str, raw: bytes) -> None:
        """Write a file durably and in one step."""


def statement_path(digest: str) -> str:
    """Return where a site keeps the statement of that digest."""
    return f"statement/{digest.removeprefix('sha256:')}"


def blob_path(digest: str) -> str:
    """Return where a site keeps the file of that digest."""
    return f"blob/{digest.removeprefix('sha256:')}"


# --- tiles as they grow -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Grown:
    """What some more entries have completed: nodes of the tree, and full tiles with their bytes, bundles included."""

    nodes: tuple[Node, ...]
    tiles: tuple[tuple[Tile, bytes], ...]


class Tiler:
    """The right-hand side of a log's tiles: those that are not full yet. It takes entries in order, and grows.

    Attributes:
        edge: of the tree over all entries so far.
    """

    def __init__(self, edge: Edge, rows: Sequence[Sequence[Hash]] = (), entries: Sequence[bytes] = ()) -> None:
        """Begin where a log stands.

        Args:
            edge: of its tree.
            rows: the hashes of the partial tile of each level, from level 0 up; none where there is no partial tile.
            entries: the headers of the partial bundle.
        """
        self.edge = edge
        self._rows = [list(row) for row in rows]
        self._entries = list(entries)

    def extend(self, headers: Sequence[bytes]) -> Grown:
        """Take more entries, and return what they complete."""
        begin = self.edge.size
        self.edge, nodes = self.edge.extend([leaf_hash(header) for header in headers])
        tiles: list[tuple[Tile, bytes]] = []
        self._entries += headers
        while len(self._entries) >= TILE_WIDTH:
            whole, self._entries = self._entries[:TILE_WIDTH], self._entries[TILE_WIDTH:]
            tiles.append((Tile(ENTRIES, begin // TILE_WIDTH), format_bundle(whole)))
            begin += TILE_WIDTH
        for level, number, value in nodes:
            rank, rest = divmod(level, TILE_HEIGHT)
            if rest == 0:
                tiles += self._add(rank, number, value)
        return Grown(nodes, tuple(tiles))

    def partial(self) -> tuple[tuple[Tile, tuple[Hash, ...]], ...]:
        """Return the partial tile of each level that has one, with its hashes."""
        size = self.edge.size
        return tuple(
            (Tile(level, size >> TILE_HEIGHT * (level + 1), len(row)), tuple(row))
            for level, row in enumerate(self._rows)
            if row
        )

    def partial_bundle(self) -> tuple[bytes, ...]:
        """Return the headers of the partial bundle; none where there is none."""
        return tuple(self._entries)

    def _add(self, level: int, number: int, value: Hash) -> list[tuple[Tile, bytes]]:
        while len(self._rows) <= level:
            self._rows.append([])
        row = self._rows[level]
        row.append(value)
        if len(row) < TILE_WIDTH:
            return []
        self._rows[level] = []
        return [(Tile(level, number // TILE_WIDTH), format_tile(row))]


def partial_tiles(size: int) -> tuple[Tile, ...]:
    """Return the partial tiles of hashes of a log of that size, from level 0 up."""
    tiles: list[Tile] = []
    level = 0
    while size >> TILE_HEIGHT * level:
        number, width = divmod(size >> TILE_HEIGHT * level, TILE_WIDTH)
        if width:
            tiles.append(Tile(level, number, width))
        level += 1
    return tuple(tiles)


def stand(size: int, edge: Edge, rows: Mapping[int, Sequence[Hash]], entries: Sequence[bytes]) -> Tiler:
    """Return the tiles of a log of that size, from the hashes of its partial tiles by level and its last headers."""
    levels = -(-size.bit_length() // TILE_HEIGHT)
    return Tiler(edge, [rows.get(level, ()) for level in range(levels)], entries)


def read_tiler(source: Source, size: int) -> Tiler:
    """Return the tiles of a site's log as they stand at a size."""
    nodes = read_nodes(source, edge_indexes(size), size)
    rows = {tile.level: read_hashes(source, tile) for tile in partial_tiles(size)}
    width = size % TILE_WIDTH
    entries = read_headers(source, Tile(ENTRIES, size // TILE_WIDTH, width)) if width else ()
    return stand(size, read_edge(size, nodes), rows, entries)


def write_partial(site: Site, tiler: Tiler, *, is_wanted: Callable[[Tile], bool]) -> None:
    """Write the partial tiles and the partial bundle of a log, at each of their widths that is wanted.

    A log serves those of every checkpoint that it gave out, until the tile is full (tlog-tiles, *Partial Tiles*).
    """
    for tile, hashes in tiler.partial():
        for width in range(1, tile.width + 1):
            narrow = Tile(tile.level, tile.index, width)
            if is_wanted(narrow):
                site.write(format_tile_path(narrow), format_tile(hashes[:width]))
                if tile.level == 0:
                    bundle = format_bundle(tiler.partial_bundle()[:width])
                    site.write(format_tile_path(Tile(ENTRIES, tile.index, width)), bundle)


def write_full(site: Site, tiles: Iterable[tuple[Tile, bytes]]) -> None:
    """Write full tiles; the partial ones that each replaces go."""
    for tile, raw in tiles:
        path = format_tile_path(tile)
        site.write(path, raw)
        # A client that looks for a partial tile of an earlier checkpoint falls back to the full one (tlog-tiles).
        site.remove_below(f"{path}.p")


# --- strict reading ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as a site has it, shown to follow the entry before it and to hash to its leaf in the site's tile."""

    raw: bytes
    leaf: Hash
    header: Header


@dataclass(frozen=True, slots=True)
class Front:
    """What a site says of itself, each part held against the others.

    Attributes:
        checkpoint: what its checkpoint says; ``note`` as signed.
        policy: its own policy, which names the two keys in force and no other log.
        authority: what its charter founds, with the appointments that were followed to the keys in force.
        keys: those that sign the checkpoint.
    """

    checkpoint: Checkpoint
    note: bytes
    policy: bytes
    authority: Authority
    keys: tuple[VerifierKey, ...]


def read_front(source: Source, *, trusted: bytes | None = None, held: Front | None = None) -> Front:
    """Return what a site says of itself: charter, policy, and a checkpoint that both keys in force signed.

    Where the keys known so far did not sign it, the site's ``key`` statements are read for appointments of others.
    Where they did, it is not asked here whether they still may: whoever reads all entries sees that, as an import and
    a mirror do.

    Args:
        source: the site.
        trusted: a policy that the caller holds, which then has to accept the checkpoint.
        held: the front of a copy that is held already: its charter counts, and the site's own is not asked for.

    Raises:
        MalformedError: a part is missing or not what it should be.
        RefusedError: a signature is missing or bad, or the policies do not name the log's keys.
    """
    note = _need(source, CHECKPOINT, limit=NOTE_LIMIT)
    authority = held.authority if held is not None else _read_charter(source)
    size = parse_checkpoint(parse_note(note).text).size
    try:
        checkpoint = open_checkpoint_at(note, authority.checkpoint_keys_at).checkpoint
    except RefusedError:
        before = authority
        authority = fold_keys(source, before, 1 if held is None else held.checkpoint.size, size)
        if authority.tenures == before.tenures:
            raise
        checkpoint = open_checkpoint_at(note, authority.checkpoint_keys_at).checkpoint
    keys = authority.checkpoint_keys_at(size)
    policy = _need(source, POLICY, limit=POLICY_LIMIT)
    if {log.key for log in parse_policy(policy).logs} != set(keys):
        message = (
            f"The policy of {source.name} does not name the two checkpoint keys of its charter, or those appointed "
            "since; do not rely on it."
        )
        raise RefusedError(message, origin=checkpoint.origin)
    if trusted is not None:
        open_by_succession(
            note, parse_policy(trusted), authority, root_at=lambda begins: _root_at(source, begins, checkpoint)
        )
    return Front(checkpoint, note, policy, authority, keys)


def refuse_other_past(source: Source, authority: Authority, checkpoint: Checkpoint) -> None:
    """Raise unless a site's tree begins with those that its replaced keys have signed, as its appointments say.

    Raises:
        MalformedError: the sentence names the appointment.
    """
    for tenure in authority.tenures:
        if tenure.last_checkpoint is not None:
            said = parse_checkpoint(parse_note(tenure.last_checkpoint).text)
            if _root_at(source, said.size, checkpoint) != said.root:
                message = f"The log of {source.name} does not begin with what was signed before entry {tenure.since}."
                raise MalformedError(message, index=tenure.since)


def _root_at(source: Source, size: int, checkpoint: Checkpoint) -> Hash | None:
    """Return the root of a site's first entries, proved from that of all; None where its tiles prove none."""
    nodes = read_nodes(source, prefix_indexes(size, checkpoint.size), checkpoint.size)
    return read_prefix(size, checkpoint.size, nodes, root=checkpoint.root)


def read_past(source: Source, old: Checkpoint, new: Checkpoint) -> tuple[Hash, tuple[Hash, ...]]:
    """Return the root of the first entries of a site's new tree, as many as an old one has, and the proof of it.

    The tiles have to prove which tree the new root begins with. Only when they do, and it is another than the one that
    was signed before, is it the log that is at fault and not its files.

    Raises:
        MalformedError: they prove none.
    """
    nodes = read_nodes(source, (*edge_indexes(old.size), *consistency_indexes(old.size, new.size)), new.size)
    proof = prove_consistency(old.size, new.size, nodes)
    begins = read_edge(old.size, nodes).root
    if not verify_consistency(old=old.size, new=new.size, proof=proof, old_root=begins, new_root=new.root):
        message = f"The tiles of {source.name} do not lead to the root of its checkpoint; try again later."
        raise MalformedError(message, size=new.size)
    return begins, proof


def fold_keys(source: Source, authority: Authority, start: int, stop: int) -> Authority:
    """Return the authority after the ``key`` statements of a range of a site's entries, each seen to count.

    Args:
        source: the site.
        authority: as the entries before ``start`` have it.
        start: the first entry.
        stop: the size of the tree.

    Raises:
        MalformedError: an entry is not what it should be, or a statement is missing.
        PledgerError: a ``key`` statement may not stand where it does.
    """
    for entries in read_entries(source, start, stop):
        for entry in entries:
            if entry.header.kind == "key":
                raw = read_statement(source, entry.header)
                if raw is None:
                    message = f"{source.name} lacks the key of entry {entry.header.index}, which nothing can erase."
                    raise MalformedError(message, index=entry.header.index)
                authority = _fold_key(authority, raw, entry.header.index)
    return authority


def _fold_key(authority: Authority, raw: bytes, index: int) -> Authority:
    what = f"the statement of entry {index}"
    envelope = open_envelope(raw, typ=STATEMENT, what=what)
    statement = parse_statement(envelope.payload, what=what)
    if not isinstance(statement, KeyStatement):
        message = f"The statement of entry {index} is no key, as its header says; do not rely on it."
        raise MalformedError(message, index=index)
    return weigh_key(authority, envelope, statement, index=index)


def _read_charter(source: Source) -> Authority:
    """Return what the charter founds that entry 0 of a site names."""
    raw = next(iter(_first_headers(source)))
    header = parse_header(raw)
    jws = read_statement(source, header)
    if jws is None:
        raise MalformedError(f"{source.name} has no statement {header.statement}, its charter; get the site whole.")
    envelope = open_envelope(jws, typ=STATEMENT, what="the charter")
    statement = parse_statement(envelope.payload, what="the charter")
    if not isinstance(statement, CharterStatement):
        raise MalformedError(f"Entry 0 of {source.name} is not a charter; it is no ledger.")
    return found(envelope, statement)


def _first_headers(source: Source) -> tuple[bytes, ...]:
    """Return the headers of the first bundle, whose width the checkpoint says; nothing is believed of it yet."""
    size = parse_checkpoint(parse_note(_need(source, CHECKPOINT, limit=NOTE_LIMIT)).text).size
    if size == 0:
        raise MalformedError(f"The log of {source.name} has no entries, and so no charter; it is no ledger yet.")
    return read_headers(source, Tile(ENTRIES, 0, min(size, TILE_WIDTH)))


def read_whole(source: Source, path: str, *, limit: int) -> bytes | None:
    """Return the bytes of a file, or None where there is none.

    Raises:
        MalformedError: it has more bytes than the limit.
        UnavailableError: it cannot be read.
    """
    stream = source.open(path)
    if stream is None:
        return None
    with stream:
        raw = _read_all(stream, limit + 1)
    if len(raw) > limit:
        raise MalformedError(f"{path} of {source.name} has more than the {limit} bytes that it may have.", path=path)
    return raw


def read_hashes(source: Source, tile: Tile) -> tuple[Hash, ...]:
    """Return the hashes of a tile; where a partial one is gone, they are taken from the full one."""
    raw, width = _read_tile(source, tile, limit=TILE_WIDTH * 32)
    return parse_tile(raw, width=width)[: tile.width]


def read_headers(source: Source, tile: Tile) -> tuple[bytes, ...]:
    """Return the headers of a bundle; where a partial one is gone, they are taken from the full one."""
    raw, width = _read_tile(source, tile, limit=_BUNDLE_LIMIT)
    return parse_bundle(raw, width=width)[: tile.width]


def _read_tile(source: Source, tile: Tile, *, limit: int) -> tuple[bytes, int]:
    """Return the bytes of a tile and how wide it is."""
    path = format_tile_path(tile)
    raw, width = read_whole(source, path, limit=limit), tile.width
    if raw is None and width < TILE_WIDTH:
        raw, width = read_whole(source, format_tile_path(Tile(tile.level, tile.index)), limit=limit), TILE_WIDTH
    if raw is None:
        message = f"{source.name} has no {path}, which its checkpoint asks for; get the site whole."
        raise MalformedError(message, path=path)
    return raw, width


def read_nodes(source: Source, addresses: Iterable[Address], size: int) -> dict[tuple[int, int], Hash]:
    """Return nodes of the tree of that size from the tiles in which they stand, each tile read once."""
    tiles: dict[Tile, tuple[Hash, ...]] = {}
    nodes: dict[tuple[int, int], Hash] = {}
    for address in addresses:
        tile = tile_of(address, size)
        if tile not in tiles:
            tiles[tile] = read_hashes(source, tile)
        nodes[address] = hash_in_tile(tile, tiles[tile], address)
    return nodes


def read_entries(source: Source, start: int, stop: int) -> Iterator[tuple[Entry, ...]]:
    """Yield the entries of a range, bundle by bundle: each in its one spelling, chained, and the leaf of its tile.

    Args:
        source: the site; at ``start`` the entry before is read from it too.
        start: the first entry.
        stop: the size of the tree, which says how wide the last tiles are.

    Raises:
        MalformedError: the sentence names the entry, or the file that is missing.
    """
    previous: Entry | None = None
    for number in range(max(start - 1, 0) // TILE_WIDTH, -(-stop // TILE_WIDTH)):
        first = number * TILE_WIDTH
        width = min(TILE_WIDTH, stop - first)
        headers = read_headers(source, Tile(ENTRIES, number, width))
        leaves = read_hashes(source, Tile(0, number, width))
        entries: list[Entry] = []
        for index, (raw, leaf) in enumerate(zip(headers, leaves, strict=True), start=first):
            if index >= start - 1:
                previous = _entry(source, raw, leaf, index=index, previous=previous, is_checked=index >= start)
                entries += [previous] if index >= start else []
        yield tuple(entries)


def _entry(source: Source, raw: bytes, leaf: Hash, *, index: int, previous: Entry | None, is_checked: bool) -> Entry:
    """Return an entry, once it is seen to be the leaf of its tile and, where asked for, to follow the one before."""
    if leaf_hash(raw) != leaf:
        message = (
            f"Entry {index} of {source.name} does not hash to its leaf in tile/0; the bundle or the tile is changed."
        )
        raise MalformedError(message, index=index)
    header = parse_header(raw)
    if is_checked:
        before, before_leaf = (None, None) if previous is None else (previous.header, previous.leaf)
        if fault := chain_fault(before, header, previous_leaf=before_leaf):
            raise MalformedError(f"{fault} The log of {source.name} is broken there.", index=index)
    return Entry(raw, leaf, header)


def read_statement(source: Source, header: Header) -> bytes | None:
    """Return the statement that a header names, or None where the site does not have it.

    Raises:
        MalformedError: the bytes are not those.
    """
    raw = read_whole(source, statement_path(header.statement), limit=MAX_BYTES)
    if raw is not None:
        refuse_other_statement(raw, header, source)
    return raw


def read_statements(
    source: Source, entries: Sequence[Entry], executor: Executor | None = None
) -> Iterator[bytes | None]:
    """Yield the statements of entries that follow on one another, in order; None where the source has one no more.

    Raises:
        MalformedError: the bytes are not those that a header names.
    """
    given: Mapping[int, bytes] = {}
    if entries and isinstance(source, Paged):
        given = source.statements(entries[0].header.index, entries[-1].header.index + 1)

    def one(entry: Entry) -> bytes | None:
        raw = given.get(entry.header.index)
        if raw is None:
            return read_statement(source, entry.header)
        refuse_other_statement(raw, entry.header, source)
        return raw

    return map(one, entries) if len(given) == len(entries) else in_parallel(executor, one, entries)


def refuse_other_statement(raw: bytes, header: Header, source: Source) -> None:
    """Raise unless these are the bytes of the statement that a header names."""
    if len(raw) != header.size or hashlib.sha256(raw).hexdigest() != header.statement[7:]:
        message = f"The statement of entry {header.index} in {source.name} is not the one that its header names."
        raise MalformedError(message, index=header.index, statement=header.statement)


def in_parallel(executor: Executor | None, work: Callable[[T], U], items: Sequence[T]) -> Iterator[U]:
    """Yield what a function gives for each item, in order; threads of the executor work ahead where there is one."""
    return map(work, items) if executor is None else executor.map(work, items)


# --- the files that statements name -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Files:
    """The files that a statement names, by digest.

    Attributes:
        needed: without which the ledger cannot be rebuilt, with their sizes in bytes.
        wanted: copied where they are held.
        restricted: that must not travel, by their publisher's licence; with their sizes.
    """

    needed: Mapping[str, int]
    wanted: tuple[str, ...]
    restricted: Mapping[str, int]


NO_FILES: Final = Files({}, (), {})


def files_of(kind: str, payload: Json) -> Files:
    """Return the files that a statement's payload names; of a version to come, whatever looks like a digest.

    Evidence needs its observations and, where the licence lets it travel, its raw file. All other digests may be those
    of files (a mapping, an archived page, a document, a published report) or of statements; the site's holder knows.
    """
    body = payload.get("body") if isinstance(payload, dict) else None
    if kind in _NAMES_STATEMENTS or not isinstance(body, dict):
        return NO_FILES
    needed: dict[str, int] = {}
    restricted: dict[str, int] = {}
    if kind == "evidence":
        needed |= _file(body.get("observations"))
        (needed if body.get("redistribute") is True else restricted).update(_file(body.get("raw")))
    wanted = dict.fromkeys(name for name in _digests(body) if name not in needed and name not in restricted)
    return Files(needed, tuple(wanted), restricted)


def erased_by(kind: str, payload: Json) -> tuple[str, ...]:
    """Return the digests that a statement removes, if it is an erasure."""
    body = payload.get("body") if isinstance(payload, dict) else None
    names = body.get("digests") if kind == "erasure" and isinstance(body, dict) else None
    return tuple(name for name in names if isinstance(name, str)) if isinstance(names, list) else ()


def is_appointment(kind: str, payload: Json) -> bool:
    """Tell whether a statement appoints who runs the log."""
    body = payload.get("body") if isinstance(payload, dict) else None
    return kind == "key" and isinstance(body, dict) and body.get("event") == "appoint"


def _file(value: Json) -> dict[str, int]:
    """Return digest and size of a file, as a statement writes them."""
    match value:
        case {"digest": str(name), "size": int(size)} if _DIGEST.fullmatch(name):
            return {name: size}
    return {}


def _digests(value: Json) -> Iterator[str]:
    """Yield every text in a value that is a digest."""
    pending: list[Json] = [value]
    while pending:
        match pending.pop():
            case str() as text if _DIGEST.fullmatch(text):
                yield text
            case dict() as members:
                pending += reversed(members.values())
            case list() as items:
                pending += reversed(items)


class Checking:
    """A stream that has to be the file of a digest, and of a size: raises at its end, or beyond the size, if not.

    It is read once, from its start; whoever copies it keeps nothing where it raises.
    """

    def __init__(self, stream: Readable, digest: str, *, limit: int = FILE_LIMIT) -> None:
        self._stream = stream
        self._digest = digest
        self._left = limit
        self._hashed = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes."""
        block = self._stream.read(size)
        self._left -= len(block)
        self._hashed.update(block)
        if self._left < 0 or (not block and self._hashed.hexdigest() != self._digest[7:]):
            message = f"The file {self._digest} has other bytes, or more, than its name and its statement say."
            raise MalformedError(message, digest=self._digest)
        return block


def _need(source: Source, path: str, *, limit: int) -> bytes:
    raw = read_whole(source, path, limit=limit)
    if raw is None:
        raise MalformedError(f"{source.name} has no {path}; give a ledger's static site.", path=path)
    return raw


def _read_all(stream: BinaryIO, limit: int) -> bytes:
    """Return up to ``limit`` bytes; a stream may give them in pieces."""
    pieces: list[bytes] = []
    while limit > 0 and (piece := stream.read(limit)):
        pieces.append(piece)
        limit -= len(piece)
    return b"".join(pieces)
