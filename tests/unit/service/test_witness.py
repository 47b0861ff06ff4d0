"""A witness at work: it keeps before it answers, and answers with the statuses of the specification (tlog-witness)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from ledger.errors import UnavailableError
from ledger.service.witness import WitnessAtWork
from ledger.tlog.checkpoint import Checkpoint, open_any_checkpoint, sign_checkpoint
from ledger.tlog.merkle import Hash, prove_consistency
from ledger.tlog.note import VerifierKey
from ledger.tlog.witness import AddCheckpoint, Answer, Cosigner, Kept, format_request, origin_path
from tests.unit.tlog.small_log import (
    AT,
    ED25519,
    LOG_KEYS,
    MLDSA,
    ORIGIN,
    WITNESS_1,
    WITNESS_2,
    WITNESS_KEYS,
    grown,
    signed,
)

COSIGNERS = (Cosigner("witness.example/1", WITNESS_1), Cosigner("witness.example/2", WITNESS_2))
ASK = "/add-checkpoint"


@dataclass
class Keeping:
    """What a fake place keeps of one log while it is locked."""

    place: "Place"
    origin: str
    last: Kept | None

    def keep(self, kept: Kept) -> None:
        """Keep, or fail as a full disk does."""
        if self.place.is_full:
            message = "The disk is full; make room and try again."
            raise UnavailableError(message)
        self.place.kept[self.origin] = kept


@dataclass
class Place:
    """A place in memory, which can be full, and which counts how often it was locked."""

    kept: dict[str, Kept] = field(default_factory=dict)
    is_full: bool = False
    locks: int = 0

    def last(self, origin: str) -> Kept | None:
        """Return what was cosigned last."""
        return self.kept.get(origin)

    @contextmanager
    def keeping(self, origin: str) -> Iterator[Keeping]:
        """Lock it."""
        self.locks += 1
        yield Keeping(self, origin, self.kept.get(origin))


@dataclass
class World:
    """A witness, its place, its clock, and the evidence that it told of."""

    place: Place = field(default_factory=Place)
    at: int = AT + 100
    told: list[tuple[bytes, bytes, tuple[VerifierKey, ...]]] = field(default_factory=list)

    def witness(self) -> WitnessAtWork:
        """Return the witness."""
        return WitnessAtWork(
            COSIGNERS, LOG_KEYS, place=self.place, clock=self.now,
            evidence=lambda first, second, keys: self.told.append((first, second, tuple(keys))),
        )  # fmt: skip

    def now(self) -> str:
        """Return the time as the clock says it."""
        return datetime.fromtimestamp(self.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def ask(self, old: int, new: int, raw: bytes | None = None) -> Answer:
        """Ask for a checkpoint of the small log, or another."""
        proof = prove_consistency(old, new, grown(13)[1]) if old <= new else ()
        return self.witness().answer("POST", ASK, format_request(AddCheckpoint(old, proof, raw or signed(new))))


def test_cosigned_checkpoint_is_kept_and_served() -> None:
    """What was cosigned is served with the log's signatures and the witness's (tlog-witness, *Monitor Retrieval*)."""
    world = World()
    assert world.ask(0, 7).status == 200
    served = world.witness().answer("GET", origin_path(ORIGIN), b"")
    assert served.status == 200
    signers = open_any_checkpoint(served.body, (*LOG_KEYS, *WITNESS_KEYS)).signers
    assert signers == {*LOG_KEYS, *WITNESS_KEYS}


def test_log_that_grows_is_cosigned_step_by_step() -> None:
    """From each size the next is granted, from any other the last one is answered (tlog-witness, 409)."""
    world = World()
    assert [world.ask(old, new).status for old, new in ((0, 3), (3, 3), (3, 8), (8, 13))] == [200] * 4
    assert world.ask(8, 13) == Answer(409, "text/x.tlog.size", b"13\n")


def test_nothing_is_answered_that_was_not_kept() -> None:
    """Where the place is full there is no cosignature, and nothing has changed (tlog-witness: persist first)."""
    world = World()
    world.place.is_full = True
    assert world.ask(0, 7).status == 503
    world.place.is_full = False
    assert world.place.kept == {}
    assert world.ask(0, 7).status == 200


def test_refusal_takes_no_lock() -> None:
    """Who is no log cannot hold one up: only what may be granted is decided under the lock."""
    world = World()
    other = sign_checkpoint(Checkpoint("example.com/other", 7, Hash(bytes(32))), ed25519=ED25519, mldsa=MLDSA, at=AT)
    for raw in (other, signed(7).replace(b"\n7\n", b"\n6\n")):
        assert world.ask(0, 7, raw).status in {403, 404}
    assert world.place.locks == 0


def test_what_changed_before_the_lock_is_seen_under_it() -> None:
    """Of two requests from one old size, the one that comes second under the lock is refused (tlog-witness, races)."""

    class Racing(Place):
        @contextmanager
        def keeping(self, origin: str) -> Iterator[Keeping]:
            self.kept[origin] = Kept(9, grown(9)[0].root, AT, signed(9))
            with super().keeping(origin) as keeping:
                yield keeping

    world = World(Racing())
    assert world.ask(0, 7) == Answer(409, "text/x.tlog.size", b"9\n")


def test_clock_behind_the_last_cosignature_is_waited_for() -> None:
    """Two times that contradict two sizes are never signed (tlog-cosignature)."""
    world = World()
    assert world.ask(0, 7).status == 200
    world.at -= 1
    refused = world.ask(7, 9)
    assert refused.status == 503
    assert b"1 seconds behind" in refused.body
    world.at += 1
    assert world.ask(7, 9).status == 200


def test_two_roots_of_one_size_are_told() -> None:
    """The log's second root is refused, and both checkpoints are handed on as evidence (tlog-witness)."""
    world = World()
    world.ask(0, 7)
    forked = sign_checkpoint(Checkpoint(ORIGIN, 7, Hash(bytes(32))), ed25519=ED25519, mldsa=MLDSA, at=AT)
    assert world.ask(7, 7, forked).status == 422
    assert world.told == [(world.place.kept[ORIGIN].note, forked, LOG_KEYS)]


OTHERS = {
    "another way to ask": ("GET", ASK, 405),
    "another way to read": ("POST", origin_path(ORIGIN), 405),
    "a log never cosigned": ("GET", origin_path(ORIGIN), 404),
    "a log not known": ("GET", origin_path("example.com/other"), 404),
    "another path": ("GET", "/", 404),
    "an extension that is not offered": ("POST", "/sign-subtree", 404),
    "a body that is none": ("POST", ASK, 400),
}


@pytest.mark.parametrize(("method", "path", "status"), OTHERS.values(), ids=OTHERS)
def test_other_requests_get_their_status(method: str, path: str, status: int) -> None:
    """Whatever is asked is answered."""
    assert World().witness().answer(method, path, b"").status == status


def test_keys_of_a_log_are_gathered_by_its_origin() -> None:
    """A log may be trusted by several keys, each given once or twice (tlog-witness)."""
    witness = WitnessAtWork(COSIGNERS, (*LOG_KEYS, *LOG_KEYS), place=Place(), clock=World().now)
    assert witness.logs == {ORIGIN: LOG_KEYS}
