"""Days and periods in words (E1, timing)."""

import pytest

from ledger.ingest.draft.span import Span
from ledger.ingest.draft.timing import heading_day, times

DAY = "2019-02-02"


def told(text: str, day: str | None = DAY) -> list[tuple[str, ...]]:
    """Return role and days of each time, with its words."""
    return [
        (one.role, *(("/".join(map(str, one.years)),) if one.years else (one.start or "", one.end or "")),
         text[one.span.start : one.span.end])
        for one in times(text, Span(0, len(text)), day=day)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("by March 1", ("deadline", "", "2019-03-01", "by March 1")),
        ("by January 31", ("deadline", "", "2020-01-31", "by January 31")),
        ("by 1 March 2021", ("deadline", "", "2021-03-01", "by 1 March 2021")),
        ("no later than 30 days", None),
        ("not later than June 30, 2020", ("deadline", "", "2020-06-30", "not later than June 30, 2020")),
        ("before 1 January 2020", ("deadline", "", "2019-12-31", "before 1 January 2020")),
        ("before the end of 2025", ("deadline", "", "2025-12-31", "before the end of 2025")),
        ("by 2030", ("deadline", "", "2030-12-31", "by 2030")),
        ("by the end of March 2020", ("deadline", "", "2020-03-31", "by the end of March 2020")),
        ("until 2020-06-01", ("deadline", "", "2020-06-01", "until 2020-06-01")),
        ("by February 2020", ("deadline", "", "2020-02-29", "by February 2020")),
        ("by mid-June 2020", None),
        ("within 90 days", ("deadline", "", "2019-05-03", "within 90 days")),
        ("within six months", ("deadline", "", "2019-08-02", "within six months")),
        ("over the next two years", ("period", "2019-02-02", "2021-02-01", "over the next two years")),
        ("for three years", ("period", "2019-02-02", "2022-02-01", "for three years")),
        ("in 2026", ("period", "2026-01-01", "2026-12-31", "in 2026")),
        ("in March 2026", ("period", "2026-03-01", "2026-03-31", "in March 2026")),
        ("from 2020 to 2021", ("period", "2020-01-01", "2021-12-31", "from 2020 to 2021")),
        (
            "from January 1, 2020 through December 31, 2021",
            ("period", "2020-01-01", "2021-12-31", "from January 1, 2020 through December 31, 2021"),
        ),
        (
            "between 1 May 2020 and 1 June 2020",
            ("period", "2020-05-01", "2020-06-01", "between 1 May 2020 and 1 June 2020"),
        ),
        ("in 2026-2028", ("period", "2026-01-01", "2028-12-31", "in 2026-2028")),
        (
            "during the last two months of 2025",
            ("period", "2025-11-01", "2025-12-31", "during the last two months of 2025"),
        ),
        ("in the first half of 2024", ("period", "2024-01-01", "2024-06-30", "in the first half of 2024")),
        ("by the second quarter of 2024", ("deadline", "", "2024-06-30", "by the second quarter of 2024")),
        ("in Q3 2024", ("period", "2024-07-01", "2024-09-30", "in Q3 2024")),
        ("in each of 2026, 2027, and 2028", ("each", "2026/2027/2028", "in each of 2026, 2027, and 2028")),
        ("this year", ("period", "2019-01-01", "2019-12-31", "this year")),
        ("by the end of the year", ("deadline", "", "2019-12-31", "by the end of the year")),
        ("next month", ("period", "2019-03-01", "2019-03-31", "next month")),
        ("5 tonnes a year", ("rate", "", "", "a year")),
        ("annually", ("rate", "", "", "annually")),
        ("twice a year", None),
        ("monthly figures", None),
        ("from 2005 levels", None),
        ("by hand", None),
        ("by February 30, 2020", ("deadline", "", "", "by February 30, 2020")),
    ],
)  # fmt: skip
def test_time_is_read(text: str, expected: tuple[str, ...] | None) -> None:
    """Days are those that the words and the document's own day settle, computed here by hand."""
    assert told(text) == ([expected] if expected is not None else [])


@pytest.mark.parametrize(
    "text",
    ["by March 1", "within 90 days", "over the next two years", "this year", "within 30 days of signature"],
)
def test_relative_time_stays_unknown(text: str) -> None:
    """Without the document's day, or counted from another, a time has words and no day: it is never guessed."""
    day = DAY if "signature" in text else None
    ((_, start, end, _),) = told(text, day)
    assert (start, end) == ("", "")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        (" date 2019-02-02 Bloomberg\n\nText.", "2019-02-02"),
        ("A title\n15 January 2020\n\nText.", "2020-01-15"),
        ("Washington, March 3, 2021\n\nText.", "2021-03-03"),
        ("Signed 1 March 2020, in force 1 May 2020\n\nText.", None),
        ("No day.\n\nOn 1 March 2020 they met.\n\n\n\nMore\n\n2019-02-02", "2020-03-01"),
        ("x" * 100 + " 2020-01-01", None),
        ("March 2020\n\nText.", None),
        ("Joint statement\nChina will lower tariffs by 1 July 2026.", None),
        ("3 March 2026\nChina will lower tariffs no later than 1 July 2026.", "2026-03-03"),
        ("In force from 1 July 2026", None),
    ],
)
def test_heading_names_the_day(text: str, day: str | None) -> None:
    """One full day among the first short lines is the document's; two, or none, leave it unknown."""
    assert heading_day(text) == day
