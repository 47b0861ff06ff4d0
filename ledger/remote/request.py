"""Requests: what a publisher is asked, cut into as many as its bounds ask for, and their addresses without a key.

Pure: nobody is asked here. What is wanted is said in the words of the ledger (parties, product codes, months) and
written in those of the publisher, by its declaration.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote, urlencode

from ledger.errors import UsageError
from ledger.remote.publisher import Flow, Frequency, Publisher, Route

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of a year, counted from 1."""

    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    def next(self) -> "Month":
        """Return the month after it."""
        return Month(self.year + 1, 1) if self.month == 12 else Month(self.year, self.month + 1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to have.

    Attributes:
        reporter: whose figures; None where the publisher has those of one alone.
        codes: product codes of the Harmonized System.
        first, last: months, both included.
        frequency: of the figures; None where the publisher has one alone for the flow.
    """

    flow: Flow
    reporter: str | None
    partner: str
    codes: tuple[str, ...]
    first: Month
    last: Month
    frequency: Frequency | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a publisher.

    Attributes:
        publisher, route: who is asked, and by which way.
        wanted: what for; its codes and months are those of the whole.
        codes: product codes of this request, as the ledger writes them.
        periods: of this request, in order, as the publisher writes them.
    """

    publisher: Publisher
    route: Route
    wanted: Wanted
    codes: tuple[str, ...]
    periods: tuple[str, ...]

    @property
    def base(self) -> str:
        """The address up to the query, which holds no key."""
        places = {name: quote(value, safe="/") for name, value in self._places().items()}
        return self.route.address.format_map(places)

    @property
    def query(self) -> str:
        """The query, without a key; empty where there is none."""
        places = self._places()
        return urlencode([(name, value.format_map(places)) for name, value in self.route.query], safe=",:*")

    @property
    def address(self) -> str:
        """The whole address, as it is recorded: without a key."""
        return f"{self.base}?{self.query}" if self.query else self.base

    @property
    def label(self) -> str:
        """What is asked for, as a part of a file's name: flow, parties, codes and periods."""
        codes = self.codes[0] if len(self.codes) == 1 else f"{self.codes[0]}-and-{len(self.codes) - 1}-more"
        span = self.periods[0] if len(self.periods) == 1 else f"{self.periods[0]}_{self.periods[-1]}"
        wanted = self.wanted
        return f"{self.publisher.name}.{wanted.flow}.{reporter_of(self)}.{wanted.partner}.{codes}.{span}"

    def halves(self) -> "tuple[Request, ...]":
        """Return two requests that together ask for the same, by periods first; none where it cannot be cut."""
        if len(self.periods) > 1:
            half = len(self.periods) // 2
            return replace(self, periods=self.periods[:half]), replace(self, periods=self.periods[half:])
        if len(self.codes) > 1:
            half = len(self.codes) // 2
            return replace(self, codes=self.codes[:half]), replace(self, codes=self.codes[half:])
        return ()

    def _places(self) -> dict[str, str]:
        publisher, wanted = self.publisher, self.wanted
        written = [publisher.codes.find(code) or "" for code in self.codes]
        return {
            "code": written[0], "codes": ",".join(written), "digits": str(len(written[0])),
            "first": self.periods[0], "last": self.periods[-1], "periods": ",".join(self.periods),
            "flow": self.route.flows[wanted.flow], "reporter": publisher.reporters[reporter_of(self)],
            "partner": publisher.partners[wanted.partner],
        }  # fmt: skip


def reporter_of(request: Request) -> str:
    """Return the reporter of a request: the one that is wanted, else the publisher's only one."""
    return request.wanted.reporter or next(iter(request.publisher.reporters))


def plan(publisher: Publisher, wanted: Wanted) -> tuple[Request, ...]:
    """Return the requests that bring what is wanted, in order of codes, then of periods.

    Raises:
        UsageError: the publisher cannot be asked for this, or it would take more requests than it allows.
    """
    route = _route(publisher, wanted)
    _check_parties(publisher, wanted)
    _check_span(wanted)
    for code in wanted.codes:
        if publisher.codes.find(code) is None:
            raise UsageError(
                f"{publisher.title} cannot be asked for the code {code!r}; {_known(publisher)}.", code=code
            )
    if not wanted.codes:
        raise UsageError(f"No product code is named; {_known(publisher)}.")
    made = tuple(
        Request(publisher, route, wanted, codes, periods)
        for codes in _cut(tuple(dict.fromkeys(wanted.codes)), route.codes)
        for periods in _cut(_periods(publisher, route, wanted, codes[0]), route.periods)
    )
    if len(made) > publisher.requests:
        message = (
            f"This takes {len(made)} requests, and {publisher.title} allows {publisher.requests}; "
            "ask for fewer codes, or a shorter time."
        )
        raise UsageError(message, requests=len(made))
    return made


def _route(publisher: Publisher, wanted: Wanted) -> Route:
    """Return the way to ask for a flow, which is the only one where no frequency is wanted."""
    flowing = [route for route in publisher.route if wanted.flow in route.flows]
    if not flowing:
        known = ", ".join(sorted({flow for route in publisher.route for flow in route.flows}))
        raise UsageError(f"{publisher.title} is not asked for the flow {wanted.flow}; it has {known}.")
    fitting = [route for route in flowing if wanted.frequency in {None, route.frequency}]
    if len(fitting) == 1:
        return fitting[0]
    known = ", ".join(route.frequency for route in flowing)
    raise UsageError(f"{publisher.title} gives {wanted.flow}s by: {known}; say which with --frequency.")


def _check_parties(publisher: Publisher, wanted: Wanted) -> None:
    if wanted.reporter is None and len(publisher.reporters) > 1:
        raise UsageError(f"Whose figures are wanted? {publisher.title} has those of several; name a --reporter.")
    for option, party, known in (
        ("reporter", wanted.reporter, publisher.reporters), ("partner", wanted.partner, publisher.partners),
    ):  # fmt: skip
        if party is not None and party not in known:
            message = f"{publisher.title} is not asked about the {option} {party!r}; name one of {', '.join(known)}."
            raise UsageError(message, **{option: party})
    if wanted.reporter is not None and wanted.reporter == wanted.partner:
        raise UsageError(f"{wanted.reporter!r} cannot be both reporter and partner; name two parties.")


def _check_span(wanted: Wanted) -> None:
    for month in (wanted.first, wanted.last):
        if not (FIRST_YEAR <= month.year <= LAST_YEAR and 1 <= month.month <= 12):
            raise UsageError(f"{month} is no month that anything can be fetched for; write YYYY-MM.")
    if wanted.last < wanted.first:
        raise UsageError(f"The time ends ({wanted.last}) before it begins ({wanted.first}); mend --from and --to.")


def _known(publisher: Publisher) -> str:
    """Say which codes a publisher can be asked for."""
    lengths, words = publisher.codes.lengths, publisher.codes.words
    digits = f"it knows codes of {', '.join(map(str, lengths))} digits" if lengths else "it knows"
    return f"{digits}{' and' if lengths and words else ''}{' ' + ', '.join(words) if words else ''}"


def _periods(publisher: Publisher, route: Route, wanted: Wanted, code: str) -> tuple[str, ...]:
    """Return the periods that cover what is wanted, as the publisher writes them."""
    if route.frequency == "month":
        months = _months(wanted.first, wanted.last)
        return tuple(str(month) if route.period == "YYYY-MM" else str(month).replace("-", "") for month in months)
    first, last = wanted.first.year, wanted.last.year
    if route.frequency == "marketing-year":
        # It has the number of the year in which it ends, and begins in the month that the declaration says.
        begins = publisher.codes.begins.get(code, 1)
        first += begins > 1 and wanted.first.month >= begins
        last += begins > 1 and wanted.last.month >= begins
    return tuple(f"{year:04}" for year in range(first, last + 1))


def _months(first: Month, last: Month) -> Iterator[Month]:
    month = first
    while month <= last:
        yield month
        month = month.next()


def _cut(items: Sequence[str], most: int) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(items), most):
        yield tuple(items[start : start + most])
