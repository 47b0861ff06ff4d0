"""The interval: bounds in order, each with whose word it is (design §2.2)."""

import pytest

from ledger.tlog.checkpoint import cosign_checkpoint, open_any_checkpoint
from ledger.tlog.interval import Dated, Floor, Interval, dates_over, earliest, moment, witness_dates
from ledger.tlog.merkle import Hash
from ledger.tlog.note import SignatureType, VerifierKey, format_note, parse_note
from ledger.tlog.policy import Witness
from tests.unit.tlog.small_log import AT, LOG_KEYS, WITNESS_1, signed

RECEIVED = "2026-03-01T12:00:00Z"
KEY = VerifierKey("witness.example/1", SignatureType.ED25519_COSIGNATURE, WITNESS_1.public)
WITNESS = Witness("first", KEY)


def dated(not_after: str, *, size: int = 5, kind: str = "timestamp", name: str = "tsa") -> Dated:
    """Return a date."""
    return Dated(kind, name, size, not_after, None, not_after, "CN=TSA")  # type: ignore[arg-type]  # a table's word


def cosigned(at: int) -> bytes:
    """Return the small log's checkpoint of seven entries, cosigned at a time."""
    note = parse_note(signed(7))
    signature = cosign_checkpoint(signed(7), name=KEY.name, key=WITNESS_1, at=at)
    return format_note(type(note)(note.text, (*note.signatures, signature)))


def test_witness_dates_what_it_cosigned() -> None:
    """A cosignature names its time, by the policy's name of the witness; the log's own time is none (tlog-witness)."""
    opened = open_any_checkpoint(cosigned(AT + 60), (*LOG_KEYS, KEY))
    (found,) = witness_dates(opened, [WITNESS])
    assert (found.kind, found.name, found.size) == ("witness", "first", 7)
    assert found.at == found.not_after == moment(AT + 60)
    assert (found.accuracy, found.signer) == (None, f"witness.example/1+{KEY.id.hex()}")
    assert witness_dates(opened, []) == ()


@pytest.mark.parametrize("at", [0, 253402214400, 2**62])
def test_time_that_is_none_dates_nothing(at: int) -> None:
    """Time zero says nothing (tlog-witness), and neither does a year that no clock shows."""
    assert witness_dates(open_any_checkpoint(cosigned(at), [KEY]), [WITNESS]) == ()


def test_seconds_since_1970_are_written_as_a_moment() -> None:
    """Seconds count from 1970 in UTC, leap seconds left out (POSIX)."""
    assert moment(1) == "1970-01-01T00:00:01Z"
    assert moment(1_772_366_400) == "2026-03-01T12:00:00Z"


def test_earliest_bound_comes_first() -> None:
    """Whoever bounds it earliest stands first; of one bound, the smaller checkpoint."""
    late, early, smaller = dated("2026-03-02T00:00:00Z"), dated(RECEIVED, size=9), dated(RECEIVED, size=8, name="b")
    assert earliest([late, early, smaller]) == (smaller, early, late)


def test_entry_is_dated_by_the_first_checkpoint_over_it() -> None:
    """A checkpoint of five entries covers those below 5; of each who dates, the first such one counts."""
    dates = [
        dated("2026-03-03T00:00:00Z", size=7), dated("2026-03-02T00:00:00Z", size=5),
        dated("2026-03-04T00:00:00Z", size=6, kind="witness", name="w"),
    ]  # fmt: skip
    assert [one.size for one in dates_over(4, dates)] == [5, 6]
    assert [one.size for one in dates_over(5, dates)] == [7, 6]
    assert [one.size for one in dates_over(6, dates)] == [7]
    assert dates_over(7, dates) == ()


FLOOR = Floor("anchor", 3, Hash(bytes(32)), "2026-03-01T11:00:00Z")

INSIDE = {
    "between": (RECEIVED, FLOOR, "2026-03-01T12:00:05Z", True),
    "at the bound": (RECEIVED, FLOOR, RECEIVED, True),
    "a second beyond": (RECEIVED, FLOOR, "2026-03-01T11:59:59Z", False),
    "before what it came after": ("2026-03-01T10:59:59Z", FLOOR, RECEIVED, False),
    "without a floor": (RECEIVED, None, RECEIVED, True),
    "never dated": (RECEIVED, FLOOR, None, None),
}


@pytest.mark.parametrize(("received", "floor", "not_after", "expected"), INSIDE.values(), ids=INSIDE)
def test_operators_time_is_held_against_the_bounds(
    received: str, floor: Floor | None, not_after: str | None, expected: bool | None
) -> None:
    """The operator's word lies inside, outside, or has nothing to be held against."""
    interval = Interval(received, floor, (dated(not_after),) if not_after is not None else ())
    assert interval.is_received_inside is expected
    assert interval.document()["received_inside"] is expected


def test_words_name_whose_word_it_is() -> None:
    """Each bound is printed with who vouches for it, and what is unknown as unknown."""
    stamped = Dated("timestamp", "tsa", 5, RECEIVED, "1.5", "2026-03-01T12:00:02Z", "CN=TSA")
    lines = Interval(RECEIVED, FLOOR, (stamped, dated(RECEIVED, kind="witness", name="w"))).lines()
    assert lines == (
        "not before: 2026-03-01T11:00:00Z by the operator's word; its author had seen the checkpoint of 3 entries",
        "not after:  2026-03-01T12:00:02Z by the time-stamping authority tsa, within 1.5 s, over 5 entries",
        "not after:  2026-03-01T12:00:00Z by the witness w, over 5 entries",
        "received:   inside",
    )
    assert Interval(RECEIVED, None, ()).lines() == (
        "not before: unknown",
        "not after:  unknown; nobody but the operator has dated it",
        "received:   nothing to hold it against",
    )


def test_unknown_is_null_in_data() -> None:
    """A bound that nobody gives is null, never left out."""
    document = Interval(RECEIVED, None, ()).document()
    assert document == {
        "received": RECEIVED, "not_before": None, "not_after": None, "dates": [], "received_inside": None,
    }  # fmt: skip
