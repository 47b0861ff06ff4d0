"""Lever lapse: what rested on a lever that is gone is scored with it and without (F4)."""

from typing import Any

from tests.unit.assessment.builder import Book, quantity
from tests.unit.assessment.docket.bargain import docket, result

TARIFFS = {"subject": "tariffs", "title": "the tariffs"}
STATUTE = {"subject": "statute", "title": "the statute"}


def book(*levers: dict[str, Any]) -> Book:
    """Return a ledger with a pledge that rests on levers, under a text without a remedy."""
    made = Book()
    made.say(
        "instrument",
        "notice",
        {"title": "Notice", "form": "memorandum", "issuers": ["cn", "us"], "binding": "no", "announced": "2020-01-15",
         "exit": "none", "forum": "none", "remedy": "none", "escapes": "none",
         "source": {"title": "A memorandum", "publisher": "Both", "role": "joint",
                    "via": {"copy_read": "the page", "how": "excerpt"}}},
    )  # fmt: skip
    made.pledge(quantity(), instrument="notice", levers=list(levers))
    return made


def lapse(made: Book, lever: str, day: str) -> None:
    """Record that a lever lapsed."""
    made.amend("lever_lapsed", ["us"], lever=lever, effective=day)


def test_nothing_is_listed_while_the_levers_stand() -> None:
    """A lever in force, and one that lapses later, are no lapse (F4)."""
    made = book(TARIFFS)
    lapse(made, "tariffs", "2020-09-01")
    assert docket(made, "2020-08-31").lapses == ()


def test_lapse_is_listed_with_the_score_before_and_after() -> None:
    """From its day on the score is taken without the lever; with it, all else equal, stands beside (F4)."""
    made = book(TARIFFS)
    before = result(made, "2020-08-31").score.practised
    lapse(made, "tariffs", "2020-09-01")
    told = docket(made, "2020-09-01").lapses
    after = result(made, "2020-09-01").score.practised
    assert [(one.lever, one.date) for one in told] == [("tariffs", "2020-09-01")]
    assert told[0].before == (before.low, before.high)
    assert told[0].after == (after.low, after.high)
    assert float(after.high) < float(before.high)


def test_each_of_two_lapses_is_undone_by_itself() -> None:
    """While another lever stands the loss of one changes no level; of both, each is undone alone (F4)."""
    made = book(TARIFFS, STATUTE)
    lapse(made, "tariffs", "2020-09-01")
    (one,) = docket(made, "2020-09-01").lapses
    assert one.before == one.after
    lapse(made, "statute", "2020-10-01")
    both = docket(made, "2020-10-01").lapses
    assert [each.lever for each in both] == ["tariffs", "statute"]
    assert {each.before for each in both} == {one.before}
    assert all(float(each.after[1]) < float(each.before[1]) for each in both)


def test_lever_whose_own_days_are_over_has_lapsed_on_the_next() -> None:
    """A lever that ends by its own terms is gone the day after (F4)."""
    made = book({**TARIFFS, "until": "2020-11-10"})
    assert docket(made, "2020-11-10").lapses == ()
    (one,) = docket(made, "2020-11-11").lapses
    assert (one.date, len(one.cites)) == ("2020-11-11", 1)
    assert float(one.after[1]) < float(one.before[1])
