"""The static site of a ledger that is written to: the same files as an export, made when they are asked for.

Whatever ``export_log`` would write at this moment is answered with the same bytes, out of one snapshot a file. A file
is given only where a logged statement names it and its publisher's licence lets it travel, so that neither what waits
for its statement nor what may not be published leaves by this door. Source: design §2.4; C2SP tlog-tiles.
"""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, BinaryIO, Final

from ledger.errors import MalformedError, NotFoundError
from ledger.service.carried import write_timestamps
from ledger.service.ports import Blobs, Reading
from ledger.service.site import CHECKPOINT, POLICY, Readable, files_of
from ledger.signing.canonical import parse_canonical
from ledger.signing.envelope import STATEMENT, open_envelope
from ledger.tlog.tile import ENTRIES, TILE_HEIGHT, TILE_WIDTH, Tile, format_bundle, format_tile, parse_tile_path
from ledger.tlog.tile import tile_addresses as addresses_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.service.interval import Dating

_NAMED: Final = re.compile(r"(statement|blob)/([0-9a-f]{64})")


@dataclass(slots=True)
class _Named:
    """The files that the log's first ``size`` statements name, by the bytes of their digests.

    Attributes:
        named: all of them.
        restricted: those that some evidence does not let travel: one such statement is enough.
    """

    size: int = 0
    named: set[bytes] = field(default_factory=set)
    restricted: set[bytes] = field(default_factory=set)


class LiveSite:
    """A static site, answered out of a store.

    Args:
        reading: gives a snapshot whose checkpoint may leave.
        blobs: the files that are held.
        policy: gives the log's policy at a size.
        dating: gives who has dated the log's checkpoints.
    """

    def __init__(
        self,
        reading: Callable[[], AbstractContextManager[Reading]],
        blobs: Blobs,
        *,
        policy: Callable[[int], bytes],
        dating: "Callable[[], Dating]",
    ) -> None:
        self._reading = reading
        self._blobs = blobs
        self._policy = policy
        self._dating = dating
        self._files = _Named()
        self._lock = Lock()

    @property
    def name(self) -> str:
        """The site as a sentence names it."""
        return "the ledger"

    def open(self, path: str) -> BinaryIO | None:
        """Return a file for reading from its start, or None where there is none."""
        if path.startswith("tile/"):
            return self._tile(path)
        if path in {CHECKPOINT, POLICY}:
            with self._reading() as reading:
                return BytesIO(self._checkpoint(reading) if path == CHECKPOINT else self._policy(reading.head().size))
        if path.startswith("timestamp/"):
            return self._timestamp(path)
        found = _NAMED.fullmatch(path)
        if found is None:
            return None
        return self._statement(found[2]) if found[1] == "statement" else self.file(found[2])

    def file(self, digest: str) -> BinaryIO | None:
        """Return a file that a logged statement names and that may travel, by the digits of its digest."""
        key = bytes.fromhex(digest)
        named = self._named()
        if key not in named.named or key in named.restricted or self._blobs.size(f"sha256:{digest}") is None:
            return None
        try:
            return self._blobs.open(f"sha256:{digest}")
        except NotFoundError:  # an erasure came between
            return None

    def is_named(self, digest: str) -> bool:
        """Tell whether a logged statement names a file."""
        return bytes.fromhex(digest.removeprefix("sha256:")) in self._named().named

    def warm(self) -> None:
        """Read which files are named, so that nobody who asks for one waits for that."""
        self._named()

    def _checkpoint(self, reading: Reading) -> bytes:
        head = reading.head()
        return self._dating().cosigned(head.size) or head.checkpoint

    def _tile(self, path: str) -> BinaryIO | None:
        try:
            tile = parse_tile_path(path)
        except MalformedError:
            return None
        with self._reading() as reading:
            size = reading.head().size
            if tile.level == ENTRIES:
                return _bundle(reading, tile, size)
            if (size >> TILE_HEIGHT * tile.level) - (tile.index << TILE_HEIGHT) < tile.width:
                return None
            addresses = addresses_of(tile)
            nodes = reading.nodes(addresses)
            return BytesIO(format_tile([nodes[address] for address in addresses]))

    def _statement(self, digest: str) -> BinaryIO | None:
        key = bytes.fromhex(digest)
        with self._reading() as reading:
            index = reading.named((key,)).get(key)
            row = None if index is None else reading.row(index)
        return None if row is None or row.jws is None else BytesIO(row.jws)

    def _timestamp(self, path: str) -> BinaryIO | None:
        """Return one of the files of timestamps; they are few, and made together."""
        dating = self._dating()
        if dating.stamps is None:
            return None
        with self._reading() as reading:
            size = reading.head().size
        made = _Memory()
        write_timestamps(made, dating.stamps, dating.authorities, before=0, size=size)
        raw = made.files.get(path)
        return None if raw is None else BytesIO(raw)

    def _named(self) -> _Named:
        """Return which files are named, read on from where that was known."""
        with self._lock, self._reading() as reading:
            size, files = reading.head().size, self._files
            for row in reading.rows(files.size, size):
                if row.jws is None:
                    continue
                payload = parse_canonical(open_envelope(row.jws, typ=STATEMENT).payload, what=f"entry {row.index}")
                found = files_of(row.kind, payload)
                files.named.update(map(_key, (*found.needed, *found.wanted, *found.restricted)))
                files.restricted.update(map(_key, found.restricted))
            files.size = size
            return files


class _Memory:
    """A site that is kept in memory while its files are looked at."""

    name = "memory"

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def open(self, path: str) -> BinaryIO | None:
        """Return a file, or None."""
        raw = self.files.get(path)
        return None if raw is None else BytesIO(raw)

    @contextmanager
    def writing(self) -> "Iterator[None]":
        """Take the site for writing: nobody else has it."""
        yield

    def write(self, path: str, raw: bytes) -> bool:
        """Keep a file."""
        self.files[path] = raw
        return True

    def put(self, path: str, stream: Readable) -> None:
        """Keep a file from a stream."""
        self.files[path] = b"".join(iter(lambda: stream.read(1 << 20), b""))

    def remove(self, path: str) -> bool:
        """Drop a file."""
        return self.files.pop(path, None) is not None

    def remove_below(self, path: str) -> None:
        """Drop what is below a path."""
        self.files = {name: raw for name, raw in self.files.items() if not name.startswith(f"{path}/")}

    def settle(self) -> None:
        """Do nothing: memory is as durable as it will be."""

    def publish(self, path: str, raw: bytes) -> None:
        """Keep a file."""
        self.write(path, raw)


def _bundle(reading: Reading, tile: Tile, size: int) -> BinaryIO | None:
    first = tile.index * TILE_WIDTH
    if size - first < tile.width:
        return None
    return BytesIO(format_bundle([row.header for row in reading.rows(first, first + tile.width)]))


def _key(digest: str) -> bytes:
    return bytes.fromhex(digest.removeprefix("sha256:"))
