"""Laws of a series given back: whatever is submitted, and in whatever order, of each point the newest (R1, R2)."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.assessment.series import figures_of
from tests.unit.assessment.builder import Book

EXPORTS = "series:export/us/cn"

Vintage = tuple[int, str, dict[tuple[str, int], Decimal]]
"""A day of June 2020, a channel, and figures by code and month."""

points = st.dictionaries(
    st.tuples(st.sampled_from(["1001", "120110", "120190", "1201"]), st.integers(1, 4)),
    st.decimals(-10, 10, places=9, allow_nan=False, allow_infinity=False),
    min_size=1,
    max_size=6,
)
vintages = st.lists(st.tuples(st.integers(1, 5), st.sampled_from(["a", "b"]), points), min_size=1, max_size=5)


@given(said=vintages, upto=st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_newest_of_every_point_comes_back_and_nothing_else(said: list[Vintage], upto: int) -> None:
    """By channel and point the latest publication that the view knows, of one day's the later entry (R1, R2)."""
    book = Book()
    expected: dict[tuple[str, str, int], tuple[int, int, str]] = {}
    every = []
    for number, (day, channel, figures) in enumerate(said):
        lines = []
        for (code, month), value in figures.items():
            text = f"{value:f}".rstrip("0").rstrip(".") if value else "0"
            lines.append(f"2020-0{month} {code} {text}")
            if day <= upto:
                every.append((channel, code, month, text))
                key = (channel, code, month)
                expected[key] = max(expected.get(key, (0, -1, "")), (day, number, text))
        book.figures(*lines, channel=channel, published=f"2020-06-0{day}")
    known = book.known(f"2020-06-0{upto}")
    if not every:
        assert EXPORTS not in known.evidence
        return
    given_back = [
        (one.channel, one.code, int(one.start[5:7]), one.value) for one in figures_of(known, EXPORTS, book.open)
    ]
    assert given_back == sorted((*key, text) for key, (_, _, text) in expected.items())
    all_of_them = [
        (one.channel, one.code, int(one.start[5:7]), one.value)
        for one in figures_of(known, EXPORTS, book.open, vintages=True)
    ]
    assert sorted(all_of_them) == sorted(every)
