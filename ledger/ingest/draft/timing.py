"""Days and periods in words: what is said of *when*, resolved where the words and the document's own day settle it.

"By March 1" is the next first of March from the document's day on; without that day it stays unknown. "By 2030" is its
last day, as every such deadline is the last day that its words allow. No clock is read. Source: method §2, E1 (timing).
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from ledger.ingest.draft.span import Span

MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_COUNTS: Final = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4,
    "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fifteen": 15, "eighteen": 18, "twenty": 20, "thirty": 30, "sixty": 60, "ninety": 90,
}  # fmt: skip
_ORDINALS: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4}


@dataclass(frozen=True, slots=True)
class When:
    """A time that a text names.

    Attributes:
        role: a ``deadline``, a ``period``, a ``rate`` ("annually"), or of ``each`` of several years.
        start, end: of a period, whose end may be open; ``end`` of a deadline. Null where the words or the document's
            day leave them open.
        years: of ``each``.
        is_relative: reckoned from the document's own day ("within 90 days", "this year", "by March 1" without a year).
    """

    span: Span
    role: str
    start: str | None = None
    end: str | None = None
    years: tuple[int, ...] = ()
    is_relative: bool = False

    @property
    def is_known(self) -> bool:
        """Whether it is a day or a period of the calendar."""
        return self.end is not None or bool(self.years) or (self.role == "period" and self.start is not None)


_MONTH = (
    r"(?P<month>Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?"
    r"|Aug(?:ust|\.)?|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_DAY_OF = r"(?P<day>[0-3]?[0-9])(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)[0-9]{2})"
_FULL: Final = (
    r"(?P<iso>(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9])",
    rf"{_MONTH}\s+{_DAY_OF}(?:,?\s+{_YEAR})?",
    rf"(?:the\s+)?{_DAY_OF}(?:\s+of)?\s+{_MONTH}(?:,?\s+{_YEAR})?",
    rf"{_MONTH},?\s+{_YEAR}",
    _YEAR,
)
_PATTERNS: Final = tuple(re.compile(rf"{one}(?![0-9A-Za-z])") for one in _FULL)
_BY: Final = re.compile(
    r"\b(?P<word>[Bb]y|[Bb]efore|[Uu]ntil|[Nn]ot? later than|[Aa]t the latest by|on or before|[Oo]n"
    r"|no later than the|through|prior to)\s+"
    r"(?P<late>(?:the\s+)?(?:end|close)\s+of\s+|year-?end\s*,?\s*|(?:the\s+)?end-|mid-)?"
)
_EVERY: Final = re.compile(r"\s+(?:of|in)\s+(?:each|every)\s+year")
_FROM: Final = re.compile(r"\b(?:from|as of|as from|effective|(?:beginning|starting)(?:\s+(?:in|on|from))?)\s+")
_LEVEL: Final = re.compile(r"\s+(?:levels?|baselines?|base|figures?|onwards? to)\b")
_NUMBER = r"(?:[0-9]{1,4}|" + "|".join(_COUNTS) + ")"
_SPAN_OF: Final = re.compile(
    rf"\b(?P<lead>within|over|in|during|for|throughout)\s+(?:the\s+)?(?P<next>next|coming|following|first)?\s*"
    rf"(?P<count>{_NUMBER})?[\s-]*(?P<what>calendar days?|days?|weeks?|months?|years?|decade)(?:"
    rf"\s+period)?\b(?P<from>\s+(?:of|from|after|following)\s+\w+)?",
    re.IGNORECASE,
)
_RANGE: Final = re.compile(
    r"\b(?:from|between)\s+(?P<a>[^,;.]{4,22}?|[A-Z][a-z]+\s+[0-9]{1,2},\s+[0-9]{4})\s+(?:to|through|until|and|till)\s+"
    r"(?P<b>(?:[A-Z][a-z]+\.?\s+[0-9]{1,2},?\s+[0-9]{4}|[0-9]{1,2}\s+[A-Z][a-z]+\s+[0-9]{4}"
    r"|[A-Z][a-z]+\s+[0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}))"
)
_YEARS: Final = re.compile(
    r"\b(?:in\s+|for\s+|over\s+|during\s+|the\s+period\s+)?(?P<a>20[0-9]{2})\s*(?:[-–—]|to)\s*(?P<b>20[0-9]{2})\b"
)
_EACH: Final = re.compile(
    r"\b(?:in\s+)?each\s+of\s+(?:the\s+(?:calendar\s+|marketing\s+)?years"
    r"\s+)?(?P<list>(?:20[0-9]{2}(?:\s*,\s*(?:and\s+)?|\s+and\s+)?)+)"
)
_PART: Final = re.compile(
    rf"\b(?:(?:in|during|over|by|before)\s+)?(?:the\s+)?(?:end\s+of\s+(?:the\s+)?)?(?P<which>first"
    rf"|second|third|fourth|last)\s+(?:(?P<n>{_NUMBER})\s+)?(?P<part>half|quarter|months?)\s+(?:of"
    rf"\s+)?(?P<year>20[0-9]{{2}})\b",
    re.IGNORECASE,
)
_QUARTER: Final = re.compile(r"\b(?:in\s+|by\s+|during\s+)?Q(?P<q>[1-4])\s+(?P<year>20[0-9]{2})\b")
_IN_YEAR: Final = re.compile(
    rf"\b(?:[Ii]n|[Dd]uring|[Ff]or|[Tt]hroughout|of)\s+(?:calendar\s+year\s+|fiscal\s+year\s+|the"
    rf"\s+year\s+)?(?:{_MONTH},?\s+)?{_YEAR}(?![0-9-]|,?\s+(?:levels?|baseline|base))"
)
_THIS: Final = re.compile(
    r"\b(?P<lead>[Bb]y the end of|[Bb]efore the end of|[Bb]y|[Ii]n|[Dd]uring|[Ll]ater|[Ee]arlier"
    r"|[Bb]efore)?\s*(?P<which>this|next|the)\s+(?P<what>year|month|week|quarter)\b(?!['’])"
)
_RATE: Final = re.compile(
    r"(?<!twice )(?<!once )\b(?:annually|per\s+(?:year|annum)|(?:a|each|every)\s+year|(?:a|per|each"
    r"|every)\s+month|per\s+day|a\s+day|(?:yearly|monthly|quarterly)(?=\s*[.,;]|\s*$))(?![\w-])",
    re.IGNORECASE,
)


def times(text: str, within: Span, *, day: str | None) -> tuple[When, ...]:
    """Return the times that a span of a text names, in order, none inside another.

    Args:
        day: of the document, against which relative times are resolved.
    """
    found: list[When] = []
    for reader in _READERS:
        for when in reader(text, within, day):
            if not any(when.span.meets(other.span) for other in found):
                found.append(when)
    return tuple(sorted(found, key=lambda one: one.span))


_BOUND: Final = re.compile(
    r"\b(?:by|before|until|till|through|from|after|since|than|to|and|between)\s+$", re.IGNORECASE
)


def heading_day(text: str) -> str | None:
    """Return the one full day that the first three lines of a text name, where they name one alone.

    A day by which, until or from which something is to be is no day of a document.
    """
    head = text[:400]
    lines = [line for line in head.split("\n") if line.strip()][:3]
    short = " \n ".join(line for line in lines if len(line) <= 90)
    days = set()
    for pattern in _PATTERNS[:3]:
        for match in pattern.finditer(short):
            said = _said(match, None)
            if said is not None and said[0] == said[1] and _BOUND.search(short[: match.start()]) is None:
                days.add(said[0])
    return days.pop() if len(days) == 1 else None


def _said(match: re.Match[str], day: str | None, *, ahead: bool = True) -> tuple[str, str] | None:
    """Return the first and last day that a date in words can mean; null where it means none or cannot be told."""
    part = match.groupdict()
    try:
        if part.get("iso"):
            one = date.fromisoformat(part["iso"]).isoformat()
            return one, one
        year = int(part["year"]) if part.get("year") else None
        month = _month(part["month"]) if part.get("month") else None
        if month is None:
            return None if year is None else (f"{year}-01-01", f"{year}-12-31")
        if not part.get("day"):
            return None if year is None else _whole_month(year, month)
        number = int(part["day"])
        if year is not None:
            one = date(year, month, number).isoformat()
            return one, one
        return _next(month, number, day) if ahead else None
    except ValueError:
        return None


def _next(month: int, number: int, day: str | None) -> tuple[str, str] | None:
    if day is None:
        return None
    here = date.fromisoformat(day)
    for year in (here.year, here.year + 1):
        one = date(year, month, number)
        if one >= here:
            return one.isoformat(), one.isoformat()
    return None


def _month(word: str) -> int:
    return next(number for number, name in enumerate(MONTHS, 1) if name.startswith(word.lower().strip(".")[:3]))


def _whole_month(year: int, month: int) -> tuple[str, str]:
    return date(year, month, 1).isoformat(), date(year, month, monthrange(year, month)[1]).isoformat()


def _date_at(text: str, at: int, end: int, day: str | None) -> tuple[tuple[str, str] | None, int] | None:
    """Return the date in words that begins at a place, and where it ends; null where none does."""
    for pattern in _PATTERNS:
        match = pattern.match(text, at, end)
        if match is not None:
            return _said(match, day), match.end()
    return None


def _deadlines(text: str, within: Span, day: str | None) -> Iterator[When]:
    for lead in _BY.finditer(text, within.start, within.end):
        if lead["late"] and lead["late"].lower().startswith("mid"):
            continue
        found = _date_at(text, lead.end(), within.end, day)
        if found is None:
            continue
        said, end = found
        last = said[1] if said is not None else None
        word = lead["word"].lower()
        if last is not None and word in {"before", "prior to"} and said is not None and not lead["late"]:
            last = (date.fromisoformat(said[0]) - timedelta(days=1)).isoformat()
        if word == "on" and (said is None or said[0] != said[1]):
            continue
        is_relative = re.search(r"[12][0-9]{3}", text[lead.end() : end]) is None
        if _EVERY.match(text, end, within.end):
            last = None  # a day of every year is none of one year
        yield When(Span(lead.start(), end), "deadline", end=last, is_relative=is_relative)


def _beginnings(text: str, within: Span, day: str | None) -> Iterator[When]:
    for lead in _FROM.finditer(text, within.start, within.end):
        found = _date_at(text, lead.end(), within.end, day)
        if found is not None and found[0] is not None and not _LEVEL.match(text, found[1], within.end):
            yield When(Span(lead.start(), found[1]), "period", start=found[0][0])


def _ranges(text: str, within: Span, day: str | None) -> Iterator[When]:
    for match in _RANGE.finditer(text, within.start, within.end):
        last = _date_at(text, match.start("b"), match.end("b"), day)
        first = _date_at(text, match.start("a"), match.end("a"), day)
        if first is None or last is None or last[0] is None:
            continue
        start = first[0]
        if start is None:  # "from March 1 to May 31, 2020": the year stands once
            written = next(
                (p.match(text, match.start("a")) for p in _PATTERNS if p.match(text, match.start("a"))), None
            )
            if written is None or not written.groupdict().get("month") or not written.groupdict().get("day"):
                continue
            own = date(int(last[0][1][:4]), _month(written["month"]), int(written["day"])).isoformat()
            start = (own, own)
        if start[0] <= last[0][1]:
            yield When(Span(match.start(), match.end()), "period", start[0], last[0][1])
    for match in _YEARS.finditer(text, within.start, within.end):
        if match["a"] < match["b"]:
            yield When(Span(match.start(), match.end()), "period", f"{match['a']}-01-01", f"{match['b']}-12-31")


def _each(text: str, within: Span, day: str | None) -> Iterator[When]:  # noqa: ARG001  (all readers are alike)
    for match in _EACH.finditer(text, within.start, within.end):
        years = tuple(int(one) for one in re.findall(r"20[0-9]{2}", match["list"]))
        end = match.start("list") + len(match["list"].rstrip(" ,\n"))
        yield When(Span(match.start(), end), "each", years=years)


def _parts(text: str, within: Span, day: str | None) -> Iterator[When]:  # noqa: ARG001  (all readers are alike)
    for match in _PART.finditer(text, within.start, within.end):
        year, which = int(match["year"]), match["which"].lower()
        size = {"half": 6, "quarter": 3}.get(match["part"].lower(), _count(match["n"]) or 1)
        if match["part"].lower() in {"half", "quarter"} and match["n"]:
            continue
        begin = 12 - size if which == "last" else (_ORDINALS[which] - 1) * size
        if 0 <= begin <= 12 - size:
            yield _of_months(match, year, begin, size)
    for match in _QUARTER.finditer(text, within.start, within.end):
        yield _of_months(match, int(match["year"]), (int(match["q"]) - 1) * 3, 3)


def _of_months(match: re.Match[str], year: int, begin: int, size: int) -> When:
    start, end = _whole_month(year, begin + 1)[0], _whole_month(year, begin + size)[1]
    span = Span(match.start(), match.end())
    if re.match(r"(?:by|before)\b", match.group(), re.IGNORECASE):
        return When(span, "deadline", end=end)
    return When(span, "period", start, end)


def _lengths(text: str, within: Span, day: str | None) -> Iterator[When]:
    for match in _SPAN_OF.finditer(text, within.start, within.end):
        lead, count = match["lead"].lower(), _count(match["count"])
        what = match["what"].lower().rstrip("s").removeprefix("calendar ")
        if count is None and (not match["next"] or what not in {"decade", "year", "month", "week"}):
            continue
        if lead in {"in", "during"} and not match["next"]:
            continue
        # What runs from another day than the document's own ("of the entry into force") cannot be reckoned from it.
        elsewhere = bool(match["from"])
        end = None if elsewhere or day is None else _after(day, count or 1, what)
        role = "deadline" if lead == "within" else "period"
        start = None if role == "deadline" or end is None else day
        if start is not None and end is not None:  # two years end on the day before the second anniversary
            end = (date.fromisoformat(end) - timedelta(days=1)).isoformat()
        yield When(Span(match.start(), match.end("what")), role, start, end, is_relative=True)


def _after(day: str, count: int, what: str) -> str | None:
    here = date.fromisoformat(day)
    try:
        if what in {"day", "week"}:
            return (here + timedelta(days=count * (7 if what == "week" else 1))).isoformat()
        months = here.year * 12 + here.month - 1 + count * {"month": 1, "year": 12, "decade": 120}[what]
        year, month = divmod(months, 12)
        return date(year, month + 1, min(here.day, monthrange(year, month + 1)[1])).isoformat()
    except (OverflowError, ValueError):
        return None


def _in_years(text: str, within: Span, day: str | None) -> Iterator[When]:
    for match in _IN_YEAR.finditer(text, within.start, within.end):
        said = _said(match, day)
        if said is not None:
            yield When(Span(match.start(), match.end()), "period", *said)


def _here(text: str, within: Span, day: str | None) -> Iterator[When]:
    for match in _THIS.finditer(text, within.start, within.end):
        lead = (match["lead"] or "").lower()
        which, what = match["which"], match["what"]
        if lead in {"earlier", "later"} or (which == "the" and "end of" not in lead):
            continue
        first, last = _current(day, what, ahead=which == "next")
        role = "deadline" if lead.startswith(("by", "before")) else "period"
        span = Span(match.start(), match.end())
        yield When(span, role, first if role == "period" else None, last, is_relative=True)


def _current(day: str | None, what: str, *, ahead: bool) -> tuple[str | None, str | None]:
    if day is None or what == "week":
        return None, None
    here = date.fromisoformat(day)
    if what == "year":
        return f"{here.year + ahead}-01-01", f"{here.year + ahead}-12-31"
    size = 1 if what == "month" else 3
    begin = (here.year * 12 + here.month - 1) // size * size + ahead * size
    return (
        _whole_month(begin // 12, begin % 12 + 1)[0],
        _whole_month((begin + size - 1) // 12, (begin + size - 1) % 12 + 1)[1],
    )


def _rates(text: str, within: Span, day: str | None) -> Iterator[When]:  # noqa: ARG001  (all readers are alike)
    yield from (When(Span(m.start(), m.end()), "rate") for m in _RATE.finditer(text, within.start, within.end))


def _count(word: str | None) -> int | None:
    if word is None:
        return None
    return int(word) if word.isdigit() else _COUNTS.get(word.lower())


_READERS: Final[tuple[Callable[[str, Span, str | None], Iterator[When]], ...]] = (
    _each, _ranges, _parts, _deadlines, _beginnings, _lengths, _in_years, _here, _rates,
)  # fmt: skip
