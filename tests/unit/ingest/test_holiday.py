"""Calendars written out for evidence: what the library knows becomes a file, and the file is what counts (F1)."""

import sys
from datetime import date
from io import BytesIO
from typing import Any

import pytest

from ledger.errors import NotFoundError, PledgerError, UnavailableError, UsageError
from ledger.ingest.holiday import make_calendar
from ledger.ingest.tabular import parse_any_mapping, read_evidence

pytest.importorskip("holidays", reason="the extra `calendar` knows holidays")


def test_file_names_every_day_that_differs_from_monday_to_friday() -> None:
    """In China of 2020 the week of 24 January rests, and Sunday the 19th works (F1)."""
    made = make_calendar("CN", (2020, 2020))
    rows = made.table.decode().splitlines()
    assert rows[0] == "date,day,name"
    days = {row.split(",")[0]: row.split(",")[1] for row in rows[1:]}
    assert days["2020-01-24"] == "closed"
    assert days["2020-01-19"] == "open"
    assert "2020-01-18" not in days
    assert made.rows == len(rows) - 1


def test_its_mapping_reads_it_as_a_calendar() -> None:
    """The file is submitted like any other table, and its canonical form says closed and open (design §2.2)."""
    made = make_calendar("US", (2020, 2021))
    mapping = parse_any_mapping(made.mapping, name="us.toml")
    read = read_evidence(BytesIO(made.table), mapping, name="us.csv", published=date.fromisoformat("2019-12-31"))
    (series,) = read.series
    assert (series.subject, series.table) == ("series:table/*/holidays-us", "calendar")
    canonical = b"".join(series.observations.chunks()).decode()
    assert "holidays-us,2020-01-20,is,holidays-us,closed\n" in canonical
    assert read.rejected_count == 0


def test_a_part_of_a_country_has_a_name_of_its_own() -> None:
    """A subdivision is named in the calendar's name, so that both can be evidence (F1)."""
    assert make_calendar("US", (2020, 2020), subdivision="NY").name == "holidays-us-ny"
    assert make_calendar("US", (2020, 2020), name="federal").name == "federal"


REFUSED: dict[str, tuple[dict[str, Any], type[PledgerError], str]] = {
    "no such country": ({"country": "ZZ", "years": (2020, 2021)}, NotFoundError, "No holidays are known for ZZ"),
    "no such part": ({"country": "US", "years": (2020, 2021), "subdivision": "ZZ"}, NotFoundError, "US-ZZ"),
    "years the wrong way round": ({"country": "US", "years": (2021, 2020)}, UsageError, "are no years"),
    "years too far": ({"country": "US", "years": (2020, 9999)}, UsageError, "are no years"),
    "a name that is none": ({"country": "US", "years": (2020, 2020), "name": "U S"}, UsageError, "no name"),
}


@pytest.mark.parametrize(("asked", "error", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_written_is_refused(asked: dict[str, Any], error: type[PledgerError], reason: str) -> None:
    """A calendar that cannot be had is refused in a sentence (style §7)."""
    with pytest.raises(error, match=reason):
        make_calendar(asked.pop("country"), asked.pop("years"), **asked)


BROKEN = {
    "no day": b"date,day,name\n2020-02-30,closed,x\n",
    "neither closed nor open": b"date,day,name\n2020-03-04,half,x\n",
}


@pytest.mark.parametrize("raw", BROKEN.values(), ids=BROKEN)
def test_row_that_is_no_day_of_a_calendar_is_rejected(raw: bytes) -> None:
    """A row that names no day, or says what a day cannot be, is rejected with the reason (design §2.2)."""
    made = make_calendar("US", (2020, 2020))
    mapping = parse_any_mapping(made.mapping, name="us.toml")
    read = read_evidence(
        BytesIO(made.table + raw.partition(b"\n")[2]),
        mapping,
        name="us.csv",
        published=date.fromisoformat("2019-12-31"),
    )
    assert (read.rejected_count, "a day is closed or open" in read.rejected[0].reason) == (1, True)


def test_without_its_extra_it_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not installed is named with how to get it (style §7)."""
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(UnavailableError, match="Holidays need the extra `calendar`"):
        make_calendar("US", (2020, 2020))
