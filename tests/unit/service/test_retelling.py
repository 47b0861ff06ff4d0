"""Retelling: many views of one log, each as if it were asked alone, with what they share done once (R1)."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import BinaryIO, cast

import pytest

from ledger.assessment.authority import Authority
from ledger.assessment.selection import Plan, Row, plan
from ledger.audit.engine import SqliteEngine
from ledger.model.determination import View
from ledger.service.determine import assess_all
from ledger.service.retelling import KEPT, Remembering, Retelling
from tests.unit.assessment.builder import SUBJECT, Book, months, quantity


class Counting:
    """The real engine, which says how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def select(self, wanted: Plan, open_observations: Callable[[str], BinaryIO]) -> tuple[Row, ...]:
        """Draw, and count."""
        self.asked += 1
        return SqliteEngine().select(wanted, open_observations)


def grown() -> Book:
    """A pledge, its figures, and a later vintage of them."""
    book = Book()
    book.pledge(quantity("12"))
    book.figures(*months(2020, [1] * 12), published="2021-02-05")
    book.figures(*months(2020, [1] * 11 + [0]), published="2021-03-05")
    return book


def nobody_compromised(_size: int) -> Authority:
    """Keys of which none was ever compromised: all that is asked of them here."""
    return cast("Authority", SimpleNamespace(grants={}))


def told(book: Book, engine: Counting) -> Retelling:
    """What was said, to be looked at."""
    return Retelling(book.said, (), nobody_compromised, engine, book.open)


VIEWS = [View(size=size, as_of=day) for size in (3, 4, 5, 6) for day in ("2020-06-30", "2021-02-28", "2021-06-30")]


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_a_view_is_told_as_if_it_were_asked_alone(view: View) -> None:
    """Before the pledge there is nothing; else the whole result is the one that the view alone gives (R1)."""
    book = grown()
    found = told(book, Counting()).result_at(SUBJECT, view)
    known = book.known(view.as_of, view.size)
    if SUBJECT not in known.commitments:
        assert found is None
    else:
        assert (found,) == assess_all(known, (SUBJECT,), engine=SqliteEngine(), open_observations=book.open)


def test_figures_are_drawn_once_for_views_that_know_the_same_of_them() -> None:
    """Days on which no figure came draw nothing: three know the first vintage, one both, one none (R1, R2)."""
    book, engine = grown(), Counting()
    retelling = told(book, engine)
    for day in ("2021-01-31", "2021-02-10", "2021-02-20", "2021-03-31", "2021-02-15"):
        assert retelling.result_at(SUBJECT, View(size=len(book.said), as_of=day)) is not None
    assert engine.asked == 3


def test_only_the_last_answers_are_kept() -> None:
    """Memory has a limit, however long a log is."""
    book, engine = Book(), Counting()
    book.pledge(quantity("12"))
    for month in range(1, KEPT + 3):
        book.figures(f"2020-{month:02} 1201 1", published=f"2020-{month:02}-28")
    remembering = Remembering(engine)
    plans = [plan(book.known(f"2020-{month:02}-28"), [SUBJECT]) for month in range(1, KEPT + 3)]
    for one in plans:
        remembering.select(one, book.open)
    assert engine.asked == len(plans)
    remembering.select(plans[-1], book.open)
    assert engine.asked == len(plans)
    remembering.select(plans[0], book.open)
    assert engine.asked == len(plans) + 1
