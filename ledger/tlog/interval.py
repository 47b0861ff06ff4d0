"""The interval: between which moments an entry, or a checkpoint, came to be, and on whose word (design §2.2).

*Not before* is an order, and its time is the operator's word: a statement that names a checkpoint was signed after that
checkpoint was made, and the header of the last entry under it says when the operator received that. *Not after* is a
stranger's word: a witness that cosigned a checkpoint, or an authority that stamped one, dates every entry under it.
What nobody has dated stays unknown; no bound is worked out from the entry's own ``received``. docs/timestamps.md says
exactly what each of them proves. Nothing here reads a clock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from ledger.tlog.checkpoint import SignedCheckpoint
from ledger.tlog.merkle import Hash, format_hash
from ledger.tlog.policy import Witness
from ledger.tlog.timestamp import Timestamp

_LAST: Final = 253402214400
"""The first second of 9999-12-31: a time from there on is nobody's clock."""


@dataclass(frozen=True, slots=True)
class Floor:
    """What an entry or a checkpoint came after.

    Attributes:
        basis: ``anchor``: the checkpoint that the author had seen, checked against the log; ``genesis``: the charter,
            whose digest every statement names; ``entry``: the last entry that a checkpoint covers.
        size: of the checkpoint that was there before, or that covers the entry which was.
        root: of that checkpoint; None where only the entry is known.
        received: when the operator received the last entry under it, by the operator's word.
    """

    basis: Literal["anchor", "genesis", "entry"]
    size: int
    root: Hash | None
    received: str

    def document(self) -> dict[str, object]:
        """Return it as plain JSON data."""
        root = format_hash(self.root) if self.root is not None else None
        return {"basis": self.basis, "size": self.size, "root": root, "received": self.received, "by": "operator"}


@dataclass(frozen=True, slots=True)
class Dated:
    """A checkpoint that somebody other than its log has dated.

    Attributes:
        kind: ``witness`` (a cosignature with a time) or ``timestamp`` (RFC 3161).
        name: of the witness or the authority, as the policy or the configuration has it.
        size: of the checkpoint: every entry below it is dated.
        at: the time named, to the second, rounded down.
        accuracy: seconds by which that may be off, as a decimal, where the authority says it; witnesses never do.
        not_after: the latest second at which the checkpoint can have come to be: time and accuracy, rounded up.
        signer: whose key that was: the subject of the authority's certificate, the name and id of the witness's key.
    """

    kind: Literal["witness", "timestamp"]
    name: str
    size: int
    at: str
    accuracy: str | None
    not_after: str
    signer: str

    def document(self) -> dict[str, object]:
        """Return it as plain JSON data."""
        return {
            "kind": self.kind, "name": self.name, "size": self.size, "at": self.at, "accuracy": self.accuracy,
            "not_after": self.not_after, "signer": self.signer,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Interval:
    """Between which moments something came to be.

    Attributes:
        received: when the operator received it, by its own word.
        floor: what it came after; None where nothing says so.
        dates: who dated a checkpoint over it, the first of each, the earliest bound first.
    """

    received: str
    floor: Floor | None
    dates: tuple[Dated, ...]

    @property
    def not_after(self) -> Dated | None:
        """The earliest bound, or None where nobody has dated it."""
        return self.dates[0] if self.dates else None

    @property
    def is_received_inside(self) -> bool | None:
        """Whether the operator's time lies between the bounds; None where it has no later bound."""
        if self.not_after is None:
            return None
        return self.received <= self.not_after.not_after and (
            self.floor is None or self.floor.received <= self.received
        )

    def document(self) -> dict[str, object]:
        """Return it as plain JSON data."""
        return {
            "received": self.received,
            "not_before": self.floor.document() if self.floor is not None else None,
            "not_after": self.not_after.document() if self.not_after is not None else None,
            "dates": [one.document() for one in self.dates],
            "received_inside": self.is_received_inside,
        }

    def lines(self) -> tuple[str, ...]:
        """Return it in words, a line for each bound."""
        return (_floor_words(self.floor), *_date_words(self.dates), _inside_words(self.is_received_inside))


def witness_dates(signed: SignedCheckpoint, witnesses: Sequence[Witness]) -> tuple[Dated, ...]:
    """Return the times that witnesses name under a checkpoint whose signatures were verified.

    A cosignature of time zero says nothing of time (tlog-witness).
    """
    names = {one.key: one.name for one in witnesses}
    found = [(names[one.key], one.key, one.at) for one in signed.signed if one.key in names]
    return tuple(
        Dated(
            "witness", name, signed.checkpoint.size, moment(at), None, moment(at), signer=f"{key.name}+{key.id.hex()}"
        )
        for name, key, at in found
        if at is not None and 0 < at < _LAST
    )


def timestamp_date(timestamp: Timestamp, *, name: str, size: int) -> Dated:
    """Return the time that an authority names for the checkpoint of a size."""
    at = timestamp.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Dated("timestamp", name, size, at, timestamp.accuracy_text, timestamp.not_after, signer=timestamp.authority)


def earliest(dates: Iterable[Dated]) -> tuple[Dated, ...]:
    """Return the dates, the earliest bound first; of one bound, by size, kind and name."""
    return tuple(sorted(dates, key=lambda one: (one.not_after, one.size, one.kind, one.name)))


def dates_over(index: int, dates: Iterable[Dated]) -> tuple[Dated, ...]:
    """Return who dated an entry: of each, the date of the first checkpoint that covers it."""
    first: dict[tuple[str, str], Dated] = {}
    for one in sorted(dates, key=lambda one: one.size):
        if one.size > index:
            first.setdefault((one.kind, one.name), one)
    return earliest(first.values())


def moment(at: int) -> str:
    """Return seconds since 1970 as ``YYYY-MM-DDTHH:MM:SSZ``."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _floor_words(floor: Floor | None) -> str:
    match floor:
        case None:
            return "not before: unknown"
        case Floor(basis="anchor"):
            why = f"its author had seen the checkpoint of {floor.size} entries"
        case Floor(basis="genesis"):
            why = "it names the charter"
        case _:
            why = f"it covers entry {floor.size - 1}"
    return f"not before: {floor.received} by the operator's word; {why}"


def _date_words(dates: Sequence[Dated]) -> tuple[str, ...]:
    if not dates:
        return ("not after:  unknown; nobody but the operator has dated it",)
    return tuple(f"not after:  {one.not_after} by {_who(one)}" for one in dates)


def _who(one: Dated) -> str:
    if one.kind == "witness":
        return f"the witness {one.name}, over {one.size} entries"
    accuracy = "without saying its accuracy" if one.accuracy is None else f"within {one.accuracy} s"
    return f"the time-stamping authority {one.name}, {accuracy}, over {one.size} entries"


def _inside_words(is_inside: bool | None) -> str:  # noqa: FBT001  # one of three values, each with its words
    if is_inside is None:
        return "received:   nothing to hold it against"
    return "received:   inside" if is_inside else "received:   OUTSIDE these bounds: the operator's time is wrong"
