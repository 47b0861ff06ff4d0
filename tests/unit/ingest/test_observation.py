"""Observations: packed so that they sort by their key columns, and written as one canonical CSV file (design §2.6)."""

from hashlib import sha256

from ledger.ingest.observation import Line, packed, unpacked, write_series
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


def test_series_are_written_one_after_another_and_read_apart() -> None:
    """Every series has a file of its own with its header, digest and size, though they share a spool."""
    spool = Spool()
    first = write_series(LINE.statement, [LINE], spool=spool).dated("2021-06-25", imputed=None)
    second = write_series(LINE.statement, [LINE._replace(code="energy", basis="")], spool=spool)
    header = b"classification,code,unit,basis,frequency,start,end,status,value\n"
    one = header + b"annex-6.1,manufactured,USD,FAS,A,2020-01-01,2020-12-31,A,5\n"
    two = header + b"annex-6.1,energy,USD,,A,2020-01-01,2020-12-31,A,5\n"
    assert (first.observations.read(), second.observations.read()) == (one, two)
    assert first.observations.digest == "sha256:" + sha256(one).hexdigest()
    assert (second.observations.size, second.observations.count) == (len(two), 1)
    assert (first.bases, second.bases) == (("FAS",), ("",))


def test_days_covered_are_the_first_and_last_of_all_observations() -> None:
    """The days that a series covers are those of its figures, in whatever order they stand."""
    lines = [LINE._replace(code="a", start="2020-03-01", end="2020-12-31"), LINE._replace(code="b", end="2020-06-30")]
    draft = write_series(LINE.statement, lines, spool=Spool())
    assert (draft.start, draft.end) == ("2020-01-01", "2020-12-31")
