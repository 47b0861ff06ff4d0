"""Observations: packed so that they sort by their key columns, and written as one canonical CSV file (design §2.6)."""

from hashlib import sha256

from ledger.ingest.observation import Line, Settled, packed, unpacked, write_series
from ledger.ingest.spill import Spool

LINE = Line(
    measure="export", reporter="us", partner="cn", authority="us-census", authority_of="us", published="2021-06-25",
    classification="annex-6.1", code="manufactured", unit="USD", basis="FAS", frequency="A", start="2020-01-01",
    end="2020-12-31", row="0000000002", block="00", group="", status="A", value="5",
)  # fmt: skip


def test_packed_lines_sort_as_their_columns_do() -> None:
    """A code that another begins with comes first, whatever stands in the columns behind it (design §2.6)."""
    codes = ["manufactured", "manufactured-x", "manufactured.aircraft", "manufactured0", "z"]
    lines = [packed(*LINE._replace(code=code, unit="A" if code == "z" else "USD")) for code in codes]
    assert [unpacked(line).code for line in sorted(lines, reverse=True)][::-1] == sorted(codes)


def test_observation_comes_back_from_behind_what_it_was_sorted_by() -> None:
    """Packing and unpacking undo each other, also where a line is sorted by other columns first."""
    assert unpacked(packed(*LINE)) == LINE
    assert unpacked(packed(*LINE.course, LINE.end, *LINE)) == LINE


def settled(**changes: str) -> Settled:
    """A figure that stands, with some of its parts changed."""
    line = LINE._replace(**changes)
    return packed(*line.statement, *line.point), line.status.encode(), line.value.encode()


def test_series_are_written_one_after_another_and_read_apart() -> None:
    """Every series has a file of its own with its header, digest and size, though they share a spool."""
    figures = [settled(), settled(partner="cn-x"), settled(partner="cn-x", code="z", basis="", status="P", value="0.5")]
    drafts = list(write_series(figures, spool=Spool()))
    first, second = (draft.dated("2021-06-25", imputed=None) for draft in drafts)
    header = b"classification,code,unit,basis,frequency,start,end,status,value\n"
    one = header + b"annex-6.1,manufactured,USD,FAS,A,2020-01-01,2020-12-31,A,5\n"
    two = one + b"annex-6.1,z,USD,,A,2020-01-01,2020-12-31,P,0.5\n"
    assert (first.observations.read(), second.observations.read()) == (one, two)
    assert first.observations.digest == "sha256:" + sha256(one).hexdigest()
    assert (second.observations.size, second.observations.count) == (len(two), 2)
    assert (first.partner, second.partner) == ("cn", "cn-x")
    assert (first.bases, second.bases) == (("FAS",), ("", "FAS"))


def test_days_covered_are_the_first_and_last_of_all_observations() -> None:
    """The days that a series covers are those of its figures, in whatever order they stand."""
    figures = [settled(code="a", start="2020-03-01", end="2020-12-31"), settled(code="b", end="2020-06-30")]
    (draft,) = write_series(figures, spool=Spool())
    assert (draft.start, draft.end) == ("2020-01-01", "2020-12-31")


def test_a_series_of_many_lines_is_written_whole() -> None:
    """Lines are written some thousands at a time, and none is lost between (design §2.6)."""
    figures = [settled(code=f"{code:06}", unit="kg" if code % 5000 else "t") for code in range(10_000)]
    (draft,) = write_series(figures, spool=Spool(in_memory=1000))
    lines = draft.observations.read().splitlines()
    assert [line.split(b",")[1] for line in lines[1:]] == [b"%06d" % code for code in range(10_000)]
    assert (draft.units, draft.observations.count) == (("kg", "t"), 10_000)
