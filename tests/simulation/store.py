"""A store that fails, and a witness that does: what a ledger asks of others, as calls of the simulated world.

The store is that of the unit tests, in memory, with the promises that the ports make (`ledger.service.ports`): one
writer, snapshots, all or nothing, and a commit of which nobody knows whether it happened. What is committed survives
everything but the restoring of an old copy.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from ledger.errors import UnavailableError
from ledger.service.ports import Clock
from ledger.service.witness import WitnessAtWork
from ledger.signing.key import PrivateKey, Signer
from ledger.tlog.checkpoint import parse_checkpoint
from ledger.tlog.merkle import Node
from ledger.tlog.note import VerifierKey, parse_note
from ledger.tlog.stored import NOTHING_RECORDED, Head, Row
from ledger.tlog.witness import SIZE_TYPE, TEXT_TYPE, Answer, Cosigner, Kept
from tests.simulation.world import Process, World
from tests.unit.service.fake import MemoryReading, State

MOODS: Final = ("honest", "honest", "down", "busy", "refusing", "ahead", "lost", "garbled", "signing as another")
"""How a witness takes a request; a lying one says what an honest one never would."""


def failing() -> UnavailableError:
    """Return what the store says of a disk that cannot be reached."""
    return UnavailableError("The database cannot be used (disk I/O error); see to the disk, and try again.")


def locked() -> UnavailableError:
    """Return what the store says when its lock was not to be had."""
    message = "The database is locked by another process; nothing was recorded, try again when it is done."
    return UnavailableError(message, outcome=NOTHING_RECORDED)


class SimulatedStore:
    """A store in memory that any number of processes share.

    Attributes:
        state: what is committed; never changed, only replaced, so that a reader's snapshot is simply it.
        owner: the process that holds the head's lock.
    """

    def __init__(self, world: World, state: State) -> None:
        self.world = world
        self.state = state
        self.owner: Process | None = None

    @contextmanager
    def reading(self) -> Iterator[MemoryReading]:
        """Return a snapshot."""
        yield MemoryReading(self.world.call("store read", lambda: self.state, failure=failing))

    def elsewhere(self) -> None:
        """Return that only this process reads it."""

    @contextmanager
    def writing(self) -> Iterator["SimulatedWriting"]:
        """Lock the head; what is not committed when the block ends never was."""
        self.world.call("store lock", lambda: None, failure=locked)
        self.world.wait(lambda: self.owner is None or self.owner.is_dead)
        self.owner = owner = self.world.current
        try:
            yield SimulatedWriting(self, self.state.copy())
        finally:
            if self.owner is owner:
                self.owner = None

    def purge(self, *, is_patient: bool = True) -> bool:
        """Forget what was deleted, unless somebody reads."""
        return self.world.call("store purge", lambda: is_patient, failure=failing)

    def close(self) -> None:
        """Let it go."""

    def opened(self) -> "SimulatedStore":
        """Return the store as a process opens it."""
        return self

    def copy(self) -> State:
        """Return a copy, to be put back one day."""
        return self.state

    @contextmanager
    def whole(self) -> Iterator[MemoryReading]:
        """Return a snapshot that nothing disturbs."""
        yield MemoryReading(self.state)

    def cut(self) -> None:
        """Leave what a power cut leaves: all that is committed."""
        self.owner = None


class SimulatedWriting(MemoryReading):
    """The store while its head is locked."""

    def __init__(self, store: SimulatedStore, state: State) -> None:
        super().__init__(state)
        self._store = store

    def append(self, rows: Sequence[Row], nodes: Sequence[Node]) -> None:
        """Write entries and nodes."""

        def effect() -> None:
            self.state.rows += rows
            self.state.nodes.update(((level, index), found) for level, index, found in nodes)

        self._store.world.call("store append", effect, failure=failing)

    def erase(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Delete statements, and note which entries were erased by which."""
        self._store.world.call("store erase", lambda: self.state.erase(pairs), failure=failing)

    def swap(self, old: Head, new: Head) -> bool:
        """Compare and swap the head."""

        def effect() -> bool:
            if self.state.head != old:
                return False
            self.state.head = new
            self.state.notes[new.size] = new.checkpoint
            return True

        return self._store.world.call("store swap", effect, failure=failing)

    def commit(self) -> None:
        """Make it the store's state; a failure after that, and one before it as well, may leave it unknown."""
        world = self._store.world

        def effect() -> None:
            self._store.state = self.state

        def unknown() -> UnavailableError:
            return UnavailableError("Whether the last entries were recorded is not known.", outcome="unknown")

        def full() -> None:
            raise UnavailableError("The disk is full; nothing was recorded.", outcome=NOTHING_RECORDED)

        world.call("store commit", effect, failure=unknown, partly=full)


class Place:
    """Where the witness keeps; ``kept`` is durable once it is there."""

    def __init__(self, world: World) -> None:
        self.kept: dict[str, Kept] = {}
        self._world = world

    @contextmanager
    def keeping(self, origin: str) -> Iterator[Any]:
        """Lock what is kept of a log."""
        yield Keeping(self, origin)

    def last(self, origin: str) -> Kept | None:
        """Return what was cosigned last."""
        return self.kept.get(origin)


class Keeping:
    """What is kept of one log, while it is locked."""

    def __init__(self, place: Place, origin: str) -> None:
        self.last = place.last(origin)
        self._place = place
        self._origin = origin

    def keep(self, kept: Kept) -> None:
        """Keep it."""
        self._place.kept[self._origin] = kept


class SimulatedWitness:
    """A witness, in one of its moods at each request.

    Attributes:
        place: what it cosigned.
        seen: checkpoints that it was sent; they have left the log, whatever came of it.
    """

    def __init__(self, world: World, name: str, key: Signer, log: Sequence[VerifierKey]) -> None:
        self.world = world
        self.place = Place(world)
        self.seen: list[bytes] = []
        clock: Clock = lambda: moment(world.now)  # noqa: E731
        self._witness = WitnessAtWork((Cosigner(name, key),), log, place=self.place, clock=clock)
        liar = PrivateKey.from_seed("Ed25519", b"\xee" * 32)
        self._liar = WitnessAtWork((Cosigner(name, liar),), log, place=Place(world), clock=clock)
        self.verifier = Cosigner(name, key).verifier

    def ask(self, _url: str, body: bytes) -> Answer:
        """Answer a request, or not."""
        return self.world.call(
            "witness ask", lambda: self._answer(body), failure=silence, partly=lambda: self._answer(body, "garbled")
        )

    def _answer(self, body: bytes, mood: str | None = None) -> Answer:
        self.seen.append(body.partition(b"\n\n")[2])
        mood = mood or self.world.random.choice(MOODS)
        size = parse_checkpoint(parse_note(self.seen[-1]).text).size
        match mood:
            case "down":
                raise silence()
            case "busy":
                return Answer(503, TEXT_TYPE, b"try again\n")
            case "refusing":
                return Answer(self.world.random.choice((400, 403, 404, 422)), TEXT_TYPE, b"no\n")
            case "ahead":
                return Answer(409, SIZE_TYPE, b"%d\n" % (size + self.world.random.randint(0, 3)))
            case "lost":
                self._witness.answer("POST", "/add-checkpoint", body)
                raise silence()
            case "garbled":
                whole = self._witness.answer("POST", "/add-checkpoint", body)
                cut = self.world.random.randint(0, max(0, len(whole.body) - 1))
                return Answer(whole.status, whole.media_type, whole.body[:cut])
            case "signing as another":
                return self._liar.answer("POST", "/add-checkpoint", body)
        return self._witness.answer("POST", "/add-checkpoint", body)


def silence() -> UnavailableError:
    """Return what is said of a witness that does not answer."""
    return UnavailableError("The witness does not answer.")


def moment(seconds: int) -> str:
    """Return a moment as the log writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
