"""Holidays: which tables of evidence the procedures of some commitments are reckoned by, read once for a view (F1).

The only place where the docket asks for a file, and it is given what opens it. A calendar that a procedure names by
digest is that version; by name alone it is the newest of one authority, as with all evidence (R1, R2).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import BinaryIO

from ledger.assessment.calendar import Calendar, calendar_of
from ledger.assessment.classification import links_of
from ledger.assessment.result import Cite
from ledger.assessment.route import tables_into
from ledger.assessment.view import Fact, Known
from ledger.model.evidence import Evidence
from ledger.model.instrument import HolidayCalendar


def with_calendars(known: Known, subjects: Iterable[str], open_observations: Callable[[str], BinaryIO]) -> Known:
    """Return the same view with the calendars that the procedures of these commitments name.

    Args:
        open_observations: opens the canonical file of a table by its digest.

    Raises:
        MalformedError: a table is not canonical, or not of days.
    """
    names = sorted({one.name for subject in subjects for one in _named(known, subject)})
    if not names:
        return known
    return replace(known, calendars=tuple(one for name in names for one in _versions(known, name, open_observations)))


def _named(known: Known, subject: str) -> tuple[HolidayCalendar, ...]:
    commitment = known.commitments.get(subject)
    instrument = known.instruments.get(commitment.body.instrument) if commitment is not None else None
    return instrument.body.calendars if instrument is not None else ()


def _versions(known: Known, name: str, open_observations: Callable[[str], BinaryIO]) -> Iterator[Calendar]:
    """Yield every version of a calendar that the view knows; two authorities leave none that is the newest."""
    facts = [fact for fact in known.evidence.get(tables_into(name), ()) if fact.body.dimensions.table == "calendar"]
    facts.sort(key=lambda fact: (fact.body.vintage.published, fact.index))
    is_one = len({fact.body.authority for fact in facts}) == 1
    for fact in facts:
        yield _read(fact, name, open_observations, is_newest=is_one and fact is facts[-1])


def _read(
    fact: Fact[Evidence], name: str, open_observations: Callable[[str], BinaryIO], *, is_newest: bool
) -> Calendar:
    digest = fact.body.observations.digest
    with open_observations(digest) as stream:
        links = tuple(links_of(fact.body, stream, what=f"the calendar of entry {fact.index}"))
    cite = Cite(entry=fact.index, statement=fact.name)
    return calendar_of(name, digest, cite, ((link.code, link.target) for link in links), is_newest=is_newest)
