"""A witness at work: it decides, keeps what it decided, and only then answers (C2SP tlog-witness).

The order is the whole of it. What was cosigned last is read under a lock, the new checkpoint is held against it, signed
and kept under the same lock, and the answer is given after that is durable. A crash before it leaves the old state and
signatures that nobody has seen; a crash after it leaves the new state, and a log that asks again gets a cosignature of
the same checkpoint. So no two checkpoints that it ever answered contradict each other.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from ledger.errors import ConflictError, MalformedError, UnavailableError
from ledger.service.ports import Clock
from ledger.tlog.note import VerifierKey
from ledger.tlog.witness import (
    ADD_CHECKPOINT,
    TEXT_TYPE,
    AddCheckpoint,
    Answer,
    Cosigner,
    Kept,
    Refusal,
    decide,
    grant,
    parse_origin_path,
    parse_request,
    request_origin,
)


class Keeping(Protocol):
    """What is kept of one log, while it is locked by us."""

    last: Kept | None

    def keep(self, kept: Kept) -> None:
        """Keep a checkpoint in the place of the last, durably."""


class WitnessPlace(Protocol):
    """Where a witness keeps what it cosigned."""

    def keeping(self, origin: str) -> AbstractContextManager[Keeping]:
        """Lock what is kept of a log, for the time of a ``with`` block."""

    def last(self, origin: str) -> Kept | None:
        """Return what was cosigned last of a log, or None."""


Evidence = Callable[[bytes, bytes, Sequence[VerifierKey]], None]
"""Told of two checkpoints of one size and two roots, both signed by the log, and the log's keys."""


class WitnessAtWork:
    """A witness: keys, the logs that it knows, a place to keep, a clock.

    Attributes:
        cosigners: its keys; each request that is granted is signed by all of them.
        logs: the keys trusted for each origin.
    """

    def __init__(
        self,
        cosigners: Sequence[Cosigner],
        logs: Iterable[VerifierKey],
        *,
        place: WitnessPlace,
        clock: Clock,
        evidence: Evidence | None = None,
    ) -> None:
        self.cosigners = tuple(cosigners)
        self.logs = _by_origin(logs)
        self._hashes = {sha256(origin.encode()).hexdigest(): origin for origin in self.logs}
        self._place = place
        self._clock = clock
        self._evidence = evidence

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        """Return the answer to any request; only a fault of our own raises."""
        try:
            if path == ADD_CHECKPOINT:
                return self.add_checkpoint(body) if method == "POST" else _wrong_method("POST")
            if (wanted := parse_origin_path(path)) is not None:
                return self.checkpoint(wanted) if method == "GET" else _wrong_method("GET")
        except (UnavailableError, ConflictError) as error:
            # Nothing was answered, so nothing was promised: whether it was kept or not, the log may ask again.
            return Answer(503, TEXT_TYPE, f"{error.message}\n".encode())
        return Answer(404, TEXT_TYPE, b"There is nothing of that name here; a witness has add-checkpoint.\n")

    def add_checkpoint(self, body: bytes) -> Answer:
        """Return the cosignatures of a checkpoint, or the refusal.

        Raises:
            UnavailableError: the place is locked or full, or the clock is behind; nothing was answered.
        """
        try:
            request = parse_request(body)
            origin = request_origin(request)
        except MalformedError as error:
            return Refusal(400, error.message).answer
        log = self.logs.get(origin, ())
        # What is refused is refused without the lock, so that nobody who is no log can hold one up.
        last = self._place.last(origin) if log else None
        decided = decide(request, log=log, kept=last)
        if isinstance(decided, Refusal):
            self._tell(decided, request, last, log)
            return decided.answer
        with self._place.keeping(origin) as keeping:
            decided = decide(request, log=log, kept=keeping.last)
            if isinstance(decided, Refusal):
                return decided.answer
            kept, answer = grant(decided, cosigners=self.cosigners, at=self._now(keeping.last))
            keeping.keep(kept)
        return answer

    def checkpoint(self, wanted: str) -> Answer:
        """Return the checkpoint that was cosigned last of the log whose origin has this hash."""
        origin = self._hashes.get(wanted)
        kept = self._place.last(origin) if origin is not None else None
        if kept is None:
            return Answer(404, TEXT_TYPE, b"No checkpoint of that log was ever cosigned here.\n")
        return Answer(200, TEXT_TYPE, kept.note)

    def _now(self, last: Kept | None) -> int:
        """Return the present time, which is never before that of the last cosignature.

        A cosignature says that at its time no larger tree had been seen; with a clock that went back, two of them would
        contradict each other (tlog-cosignature).
        """
        at = int(datetime.fromisoformat(self._clock()).timestamp())
        if last is not None and at < last.at:
            message = (
                f"The witness's clock is {last.at - at} seconds behind its last cosignature; set it right, or wait."
            )
            raise UnavailableError(message)
        return at

    def _tell(self, refusal: Refusal, request: AddCheckpoint, last: Kept | None, log: Sequence[VerifierKey]) -> None:
        if self._evidence is not None and refusal.contradicts and last is not None:
            self._evidence(last.note, request.checkpoint, log)


def _by_origin(keys: Iterable[VerifierKey]) -> Mapping[str, tuple[VerifierKey, ...]]:
    """Return the keys of each log; a key's name is its log's origin (tlog-policy)."""
    found: dict[str, tuple[VerifierKey, ...]] = {}
    for key in keys:
        if key not in found.get(key.name, ()):
            found[key.name] = (*found.get(key.name, ()), key)
    return found


def _wrong_method(right: str) -> Answer:
    return Answer(405, TEXT_TYPE, f"This is asked for with {right}.\n".encode())
