"""Laws of timestamps: DER has one spelling, hostile bytes never escape, and the order of dates does not matter."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import MalformedError, PledgerError
from ledger.signing.der import OCTETS, SEQUENCE, SET, format_der, format_integer, format_oid, parse_der
from ledger.tlog.interval import Dated, dates_over, earliest
from ledger.tlog.timestamp import open_timestamp
from tests.unit.tlog.stamping import DIGEST, Answer, root

TRUE = Answer().raw()

LEAVES = st.one_of(
    st.binary(max_size=300).map(lambda raw: format_der(OCTETS, raw)),
    st.integers(0, 2**80).map(format_integer),
    st.lists(st.integers(0, 2**40), min_size=1, max_size=5).map(
        lambda numbers: format_oid(".".join(map(str, (1, 3, *numbers))))
    ),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.tuples(st.sampled_from([SEQUENCE, SET, 0xA0]), st.lists(inner, max_size=4)).map(
        lambda pair: format_der(pair[0], *pair[1])
    ),
    max_leaves=12,
)

DATES = st.lists(
    st.builds(
        lambda kind, name, size, hour: Dated(
            kind, name, size, f"2026-03-01T{hour:02d}:00:00Z", None, f"2026-03-01T{hour:02d}:00:00Z", "CN=x"
        ),
        st.sampled_from(["witness", "timestamp"]), st.sampled_from("ab"), st.integers(1, 6), st.integers(0, 23),
    ),
    max_size=8, unique_by=lambda one: (one.kind, one.name, one.size),
)  # fmt: skip


@given(VALUES)
def test_der_is_read_back_and_every_byte_is_accounted_for(raw: bytes) -> None:
    """Parse and format undo each other; a byte more or less is no value."""
    read = parse_der(raw, what="value")
    assert read.raw == raw
    assert b"".join(part.raw for part in read.parts) == (read.content if read.parts else b"")
    for other in (raw + b"\x00", raw[:-1]):
        with pytest.raises(MalformedError):
            parse_der(other, what="value")


@given(st.binary(max_size=400))
def test_any_bytes_are_a_value_or_malformed(raw: bytes) -> None:
    """Whatever comes over the network, the reader answers or says what is wrong."""
    with suppress(MalformedError):
        assert parse_der(raw, what="value").raw == raw


@given(st.integers(0, len(TRUE) - 1), st.binary(max_size=6), st.integers(0, 6))
@settings(max_examples=300)
def test_changed_answer_never_gives_a_foreign_exception_or_another_time(at: int, put: bytes, cut: int) -> None:
    """A timestamp with some bytes replaced is refused, or says what it said."""
    pytest.importorskip("rfc3161_client")
    changed = TRUE[:at] + put + TRUE[at + cut :]
    true = open_timestamp(TRUE, digest=DIGEST, roots=[root()])
    try:
        found = open_timestamp(changed, digest=DIGEST, roots=[root()])
    except PledgerError:
        return
    assert (found.at, found.accuracy, found.policy, found.serial) == (true.at, true.accuracy, true.policy, true.serial)


@given(DATES, st.randoms(use_true_random=False), st.integers(0, 6))
def test_order_of_dates_does_not_matter(dates: list[Dated], random: object, index: int) -> None:
    """The bounds of an entry are the same in whatever order they were found, and tighter with each that is added."""
    shuffled = list(dates)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis's own Random
    assert dates_over(index, shuffled) == dates_over(index, dates)
    assert earliest(shuffled) == earliest(dates)
    for one in dates_over(index, dates):
        assert one.size > index
    if dates and (fewer := dates_over(index, dates[1:])):
        whole = dates_over(index, dates)
        first = {(one.kind, one.name): one.size for one in fewer}
        assert all(one.size <= first.get((one.kind, one.name), one.size) for one in whole)


@given(DATES)
def test_entry_is_never_dated_later_than_a_later_one_by_one_clock(dates: list[Dated]) -> None:
    """Of one who dates in order, an earlier entry's bound is no later than that of a later entry."""
    ordered = [one for one in dates if (one.kind, one.name) == ("timestamp", "a")]
    ordered = [
        Dated(one.kind, one.name, one.size, one.at, None, f"2026-03-01T{one.size:02d}:00:00Z", "CN=x")
        for one in ordered
    ]
    bounds = [found[0].not_after for index in range(6) if (found := dates_over(index, ordered))]
    assert bounds == sorted(bounds)
