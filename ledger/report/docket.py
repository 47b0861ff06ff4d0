"""The docket written out: its days as rows and documents, one shape for every face that prints it (F2).

Nothing is reckoned here. Every row has the days of the docket in its order; what was done and what is permitted stand
among them, so that one table holds all of it.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:  # models are imported by the functions that need them, so that help comes at once
    from ledger.assessment.docket.timeline import Reciprocal
    from ledger.assessment.result import CommitmentResult
    from ledger.model.determination import View

COLUMNS: Final = ("commitment", "day", "kind", "about", "who", "state", "words", "entry")
"""Columns of a docket as a table."""


class Item(NamedTuple):
    """One line of a docket, whatever it is.

    Attributes:
        name: stable as long as it is about the same thing, whatever its day becomes; unique in its ledger.
        since: from when it has stood there: the day of an act, the opening of a stage, else the commitment's own.
        day: null for what is permitted at any time.
    """

    name: str
    commitment: str
    title: str
    kind: str
    about: str
    who: tuple[str, ...]
    day: str | None
    since: str
    state: str
    words: str
    entries: tuple[int, ...]


def items_of(results: "Iterable[CommitmentResult]") -> Iterator[Item]:
    """Yield every line of the dockets: days in order, then what was done, then what is permitted."""
    for result in results:
        if result.docket is None:
            continue
        docket, seen = result.docket, set[str]()
        opened = {one.id if one.round == 1 else f"{one.id}/{one.round}": one.opened for one in docket.stages}

        def name(kind: str, about: str, *, of: str = result.subject, taken: set[str] = seen) -> str:
            """Return a name that no other line has: the second of two about one thing is counted."""
            number, chosen = 1, f"{of}/{kind}/{about}"
            while chosen in taken:
                number += 1
                chosen = f"{of}/{kind}/{about}#{number}"
            taken.add(chosen)
            return chosen

        for day in docket.days:
            since = opened.get(day.about, result.date) if day.kind == "stage" else result.date
            yield Item(
                name(day.kind, day.about), result.subject, result.title, day.kind, day.about, day.who, day.day, since,
                day.state, day.words, tuple(sorted({cite.entry for cite in day.cites})),
            )  # fmt: skip
        for act in docket.acts:
            late = f" ({act.days_late} days late)" if act.days_late else ""
            yield Item(
                name("act", f"{act.act}-{act.cite.entry}"), result.subject, result.title, "act", act.act, act.by,
                act.date, act.date, act.timing, f"{act.what}{late}", (act.cite.entry,),
            )  # fmt: skip
        for one in docket.permitted:
            yield Item(
                name("permitted", one.stage), result.subject, result.title, "permitted", one.stage, one.to, None,
                one.since or result.date, "permitted", one.words, (),
            )  # fmt: skip


def uid_of(origin: str, item: Item) -> str:
    """Return a name of a line that no other ledger gives: by the log's name and what the line is about."""
    return sha256(f"{origin}\n{item.name}".encode()).hexdigest()[:32]


def docket_rows(results: "Iterable[CommitmentResult]") -> Iterator[tuple[str, ...]]:
    """Yield the dockets as rows of ``COLUMNS``."""
    for item in items_of(results):
        yield (
            item.commitment, item.day or item.since, item.kind, item.about, " ".join(item.who), item.state, item.words,
            " ".join(map(str, item.entries)),
        )  # fmt: skip


def docket_document(
    view: "View", results: "Iterable[CommitmentResult]", timelines: "Iterable[Reciprocal]", *, lapsed_only: bool = False
) -> dict[str, object]:
    """Return dockets as ``--json`` and HTTP give them.

    Args:
        lapsed_only: only commitments of which a lever has lapsed (F4).
    """
    from ledger.model.statement import plain

    return {
        "view": {"size": view.size, "as_of": view.as_of},
        "commitments": [
            {
                "subject": result.subject,
                "title": result.title,
                "instrument": result.instrument,
                "obligors": list(result.obligors),
                "obligees": list(result.obligees),
                "validity": result.validity,
                "docket": plain(result.docket),
                "triggers": [
                    {"term": term.id, **plain(term.trigger)} for term in result.terms if term.trigger is not None
                ],
                "erased": [plain(one) for one in result.erased],
            }
            for result in results
            if result.docket is not None and (result.docket.lapses or not lapsed_only)
        ],
        "timelines": [plain(one) for one in timelines],
    }
