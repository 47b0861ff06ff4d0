"""A store and files in memory: the ports of the service in a few lines, with faults on demand."""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO

from ledger.errors import NotFoundError
from ledger.service.site import Readable
from ledger.signing.canonical import digest
from ledger.tlog.merkle import Hash, Node
from ledger.tlog.stored import EMPTY_HEAD, Head, Row


@dataclass
class State:
    """Everything that a store holds."""

    rows: list[Row] = field(default_factory=list)
    nodes: dict[tuple[int, int], Hash] = field(default_factory=dict)
    notes: dict[int, bytes] = field(default_factory=dict)
    head: Head = EMPTY_HEAD
    erasures: dict[int, int] = field(default_factory=dict)

    def copy(self) -> "State":
        """Return the same again, so that a change of one leaves the other."""
        return State(list(self.rows), dict(self.nodes), dict(self.notes), self.head, dict(self.erasures))

    def erase(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Delete the statements of entries by the door of an erasure."""
        self.erasures.update(pairs)
        for entry, _ in pairs:
            self.rows[entry] = self.rows[entry]._replace(jws=None, payload=None)


class MemoryStore:
    """A store in memory.

    Attributes:
        state: what is committed.
        fault: called with the name of each step before it and after it; it may raise.
        on_lock: called once the lock is taken, as another writer would have been before.
        purged: how often it was asked to forget what it deleted.
    """

    def __init__(self) -> None:
        self.state = State()
        self.fault: Callable[[str], None] = lambda _step: None
        self.on_lock: Callable[[], None] = lambda: None
        self.purged = 0

    @contextmanager
    def reading(self) -> Iterator["MemoryReading"]:
        """Return a snapshot."""
        yield MemoryReading(self.state.copy())

    def elsewhere(self) -> "MemoryElsewhere":
        """Return a copy that another process may read."""
        return MemoryElsewhere(self.state.copy())

    @contextmanager
    def writing(self) -> Iterator["MemoryWriting"]:
        """Return a copy that replaces the state when it is committed."""
        self.on_lock()
        yield MemoryWriting(self, self.state.copy())

    def purge(self, *, is_patient: bool = True) -> bool:
        """Count how often it was asked to forget what it deleted."""
        self.fault("before purge")
        self.purged += 1
        return is_patient


@dataclass(eq=False)
class MemoryElsewhere:
    """A state that is sent to another process."""

    state: State

    @contextmanager
    def __call__(self) -> Iterator["MemoryReading"]:
        """Return a snapshot."""
        yield MemoryReading(self.state)


class MemoryReading:
    """A snapshot of a state."""

    def __init__(self, state: State) -> None:
        self.state = state

    def head(self) -> Head:
        """Return where the log ends."""
        return self.state.head

    def row(self, index: int) -> Row | None:
        """Return one entry."""
        return self.state.rows[index] if 0 <= index < len(self.state.rows) else None

    def rows(self, start: int, stop: int, *, kinds: Sequence[str] = ()) -> Iterator[Row]:
        """Return a range of entries."""
        return (row for row in self.state.rows[start:stop] if not kinds or row.kind in kinds)

    def about(self, subject: str, kinds: Sequence[str]) -> tuple[Row, ...]:
        """Return the entries about a subject."""
        return tuple(row for row in self.state.rows if row.subject == subject and row.kind in kinds)

    def about_from(self, start: int, subject: str, kinds: Sequence[str]) -> Iterator[Row]:
        """Return the entries about a subject from an index on."""
        return (row for row in self.about(subject, kinds) if row.index >= start)

    def named(self, statements: Sequence[bytes]) -> Mapping[bytes, int]:
        """Return indexes by statement digest."""
        return {row.statement: row.index for row in reversed(self.state.rows) if row.statement in statements}

    def said(self, repeats: Sequence[tuple[str, bytes]]) -> Mapping[tuple[str, bytes], int]:
        """Return indexes by author and payload digest."""
        rows = [row for row in reversed(self.state.rows) if row.payload is not None]
        return {(row.author, row.payload or b""): row.index for row in rows if (row.author, row.payload) in repeats}

    def finds_each(self, rows: Sequence[Row]) -> bool:
        """Tell whether each is found, and nothing but it."""
        sought = {row.index for row in rows}
        named, said = ({row.statement for row in rows}, {(row.author, row.payload) for row in rows if row.payload})
        of_name = [row.index for row in self.state.rows if row.statement in named]
        of_said = [row.index for row in self.state.rows if row.payload and (row.author, row.payload) in said]
        return set(of_name) == sought and len(of_name) == len(rows) and len(of_said) == len(set(of_said) & sought)

    def nodes(self, addresses: Iterable[tuple[int, int]]) -> Mapping[tuple[int, int], Hash]:
        """Return nodes of the tree."""
        return {address: self.state.nodes[address] for address in addresses if address in self.state.nodes}

    def checkpoint_over(self, size: int) -> bytes | None:
        """Return the first checkpoint of at least a size."""
        return next((note for at, note in sorted(self.state.notes.items()) if at >= size), None)

    def checkpoints(self) -> Iterator[tuple[int, bytes]]:
        """Return all checkpoints."""
        return iter(sorted(self.state.notes.items()))

    def leaves(self, start: int, stop: int) -> Iterator[tuple[int, str, str, Hash]]:
        """Return what a range of entries is filed under, with its leaves."""
        return ((row.index, row.kind, row.subject, row.leaf) for row in self.state.rows[start:stop])

    def level(self, level: int, first: int = 0, last: int | None = None) -> Iterator[tuple[int, Hash]]:
        """Return the nodes of a level, or of a range of it."""
        nodes = self.state.nodes
        if last is None:
            return ((index, found) for (at, index), found in sorted(nodes.items()) if at == level and index >= first)
        return ((index, nodes[level, index]) for index in range(first, last) if (level, index) in nodes)

    def counts(self) -> Mapping[str, int]:
        """Return how many rows there are."""
        above = sum(1 for level, _ in self.state.nodes if level)
        held = sum(1 for row in self.state.rows if row.jws is not None)
        return {"entry": len(self.state.rows), "statement": held, "node": above}

    def last(self) -> int:
        """Return the highest index."""
        return len(self.state.rows) - 1

    def erased(self, index: int) -> bool:
        """Tell whether a statement was erased."""
        return index in self.state.erasures


class MemoryWriting(MemoryReading):
    """A state that is being changed."""

    def __init__(self, store: MemoryStore, state: State) -> None:
        super().__init__(state)
        self.store = store

    def append(self, rows: Sequence[Row], nodes: Sequence[Node]) -> None:
        """Write entries and nodes."""
        self.store.fault("before append")
        self.state.rows += rows
        self.state.nodes.update(((level, index), found) for level, index, found in nodes)
        self.store.fault("after append")

    def erase(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Delete statements, and note which entries were erased by which."""
        self.store.fault("before erase")
        self.state.erase(pairs)
        self.store.fault("after erase")

    def swap(self, old: Head, new: Head) -> bool:
        """Compare and swap the head."""
        self.store.fault("before swap")
        if self.state.head != old:
            return False
        self.state.head = new
        self.state.notes[new.size] = new.checkpoint
        self.store.fault("after swap")
        return True

    def commit(self) -> None:
        """Make it the store's state."""
        self.store.fault("before commit")
        self.store.state = self.state
        self.store.fault("after commit")


class MemoryBlobs:
    """Files in memory, by digest; ``opened`` lists which were read."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}
        self.opened: list[str] = []

    def keep(self, raw: bytes) -> str:
        """Keep a file and return its digest."""
        name = digest(raw)
        self.held[name] = raw
        return name

    def size(self, digest: str) -> int | None:
        """Return the size of a file."""
        return len(self.held[digest]) if digest in self.held else None

    def open(self, digest: str) -> BinaryIO:
        """Return a file for reading."""
        if digest not in self.held:
            raise NotFoundError(f"The file {digest} is not held.")
        self.opened.append(digest)
        return io.BytesIO(self.held[digest])

    def remove(self, digest: str) -> bool:
        """Remove a file."""
        return self.held.pop(digest, None) is not None

    def put(self, stream: Readable, *, expected: str | None = None) -> None:
        """Keep a stream's bytes."""
        pieces = []
        while piece := stream.read(1000):
            pieces.append(piece)
        assert self.keep(b"".join(pieces)) == expected


class MemorySite:
    """A static site in memory.

    Attributes:
        files: by path.
        fault: called with each step and its path before it is done; it may raise.
        steps: what was done, in order.
    """

    name = "the site"

    def __init__(self, files: Mapping[str, bytes] | None = None) -> None:
        self.files = dict(files or {})
        self.fault: Callable[[str], None] = lambda _step: None
        self.steps: list[str] = []

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Take the site."""
        yield

    def open(self, path: str) -> BinaryIO | None:
        """Return a file for reading, or None."""
        self.fault(f"open {path}")
        return io.BytesIO(self.files[path]) if path in self.files else None

    def write(self, path: str, raw: bytes) -> bool:
        """Write a file that is not there with these bytes."""
        if self.files.get(path) == raw:
            return False
        self._do(f"write {path}")
        self.files[path] = raw
        return True

    def put(self, path: str, stream: Readable) -> None:
        """Write a file from a stream."""
        self._do(f"put {path}")
        pieces = []
        while piece := stream.read(1000):
            pieces.append(piece)
        self.files[path] = b"".join(pieces)

    def remove(self, path: str) -> bool:
        """Remove a file."""
        self._do(f"remove {path}")
        return self.files.pop(path, None) is not None

    def remove_below(self, path: str) -> None:
        """Remove all files below a path."""
        self.files = {name: raw for name, raw in self.files.items() if not name.startswith(f"{path}/")}

    def settle(self) -> None:
        """Make it durable."""
        self._do("settle")

    def publish(self, path: str, raw: bytes) -> None:
        """Write a file durably."""
        self._do(f"publish {path}")
        self.files[path] = raw

    def _do(self, step: str) -> None:
        self.fault(step)
        self.steps.append(step)


class MemoryStamps:
    """Timestamps in memory, each written once."""

    def __init__(self) -> None:
        self.stamps: dict[tuple[int, str], bytes] = {}
        self.pems: dict[str, bytes] = {}

    def held(self) -> tuple[tuple[int, str], ...]:
        """Return size and authority of each, in order."""
        return tuple(sorted(self.stamps))

    def get(self, size: int, authority: str) -> bytes | None:
        """Return one, or None."""
        return self.stamps.get((size, authority))

    def keep(self, size: int, authority: str, raw: bytes) -> bytes:
        """Keep one, unless there is one; return the one that is kept then."""
        return self.stamps.setdefault((size, authority), raw)

    def roots(self) -> tuple[str, ...]:
        """Return the authorities of which a root is kept."""
        return tuple(sorted(self.pems))

    def root(self, authority: str) -> bytes | None:
        """Return a root, or None."""
        return self.pems.get(authority)

    def keep_root(self, authority: str, pem: bytes) -> bytes:
        """Keep a root, unless there is one; return the one that is kept then."""
        return self.pems.setdefault(authority, pem)
