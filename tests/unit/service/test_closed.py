"""Closures found by index: the answers of the whole log, without reading it, remembered as long as they stay true."""

import pytest

from ledger.assessment.authority import Authority, found
from ledger.assessment.view import look
from ledger.audit.closure import by_subject, closure_of, in_closure
from ledger.audit.engine import SqliteEngine
from ledger.errors import NotFoundError
from ledger.model.determination import View
from ledger.model.statement import CharterStatement
from ledger.service import closed
from ledger.service.closed import Closures
from ledger.service.determine import assess_all
from ledger.signing.envelope import STATEMENT, open_envelope
from ledger.tlog.entry import parse_header
from tests.unit.service.scenario import COMMITMENT, PARTY, POSITION, SERIES, House, evidence
from tests.unit.service.static import erase

DAY = "2021-06-30"


def authority(house: House) -> Authority:
    """Return the keys as the charter has them, and as each grant changes them."""
    rows = [row for row in house.store.state.rows if row.kind in {"charter", "key"}]
    first = house.said(0)
    assert isinstance(first.statement, CharterStatement)
    assert rows[0].jws is not None
    known = found(open_envelope(rows[0].jws, typ=STATEMENT), first.statement)
    for row in rows[1:]:
        known = known.after(row.index, house.said(row.index).statement, name=house.said(row.index).name)
    return known


def built() -> House:
    """Return a ledger with two pledges, and evidence for the first."""
    house = House().set_up()
    house.say("evidence", "series:export/bb/aa", evidence())
    house.say("party", "cc", PARTY)
    house.say("party", "dd", PARTY)
    measure = {**SERIES, "reporter": "dd", "partner": "cc"}
    terms = [{**COMMITMENT["terms"][0], "measure": measure, "actor": "cc"}]
    other = {**COMMITMENT, "title": "Buy corn", "obligors": ["cc"], "obligees": ["dd"], "terms": terms}
    house.say("commitment", "corn", other)
    return house


def closures(house: House) -> Closures:
    """Return what finds closures in a ledger."""
    return Closures(house.store.reading, house.blobs, authority_at=lambda _size: authority(house), engine=SqliteEngine)


def view(house: House, day: str = DAY) -> View:
    """Return the view of all entries on a day."""
    return View(size=len(house.store.state.rows), as_of=day)


def test_entries_found_by_index_are_those_sorted_out_of_all_headers() -> None:
    """The closure has one definition; asked by subject it holds the same entries (design §2.3)."""
    house = built()
    headers = [parse_header(row.header) for row in house.store.state.rows]
    whole = closure_of(("grain",), by_subject(headers), lambda one: house.said(one.index).statement)
    wanted = tuple(one.index for one in headers if in_closure(one, whole))
    part = closures(house).belonging("grain")
    assert part.closure == whole
    assert tuple(one.index for one in part.said) == wanted
    assert "corn" not in {one.statement.subject for one in part.said}


def test_results_are_those_of_the_whole_log() -> None:
    """What is reckoned from a closure is what is reckoned from everything (R1)."""
    house = built()
    at = view(house)
    everything = look([house.said(row.index) for row in house.store.state.rows], at)
    wanted = assess_all(everything, ("grain", "corn"), engine=SqliteEngine(), open_observations=house.blobs.open)
    assert closures(house).results(at, ("grain", "corn")) == wanted


def test_what_the_view_does_not_know_is_left_out() -> None:
    """A day before the pledge knows no pledge; a list has nothing for it, an audit says so (R1)."""
    house = built()
    early = view(house, "2019-12-31")
    assert closures(house).results(early, ("grain", "none")) == ()
    assert closures(house).recorded(early).commitments == {}
    with pytest.raises(NotFoundError, match="No commitment grain is known"):
        closures(house).audit(early, "grain")


def test_entry_that_belongs_elsewhere_costs_a_pledge_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A result stays what it is until something is logged that belongs to it; then it is reckoned again."""
    house = built()
    found_ = closures(house)
    reckoned: list[object] = []

    def counted(known: object, subjects: object, **more: object) -> object:
        reckoned.append(subjects)
        return assess_all(known, subjects, **more)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(closed, "assess_all", counted)
    (before,) = found_.results(view(house), ("grain",))
    house.say("position", "corn", {**POSITION, "party": "cc"})
    assert found_.results(view(house), ("grain",)) == (before,)
    assert reckoned == [["grain"]]
    house.say("position", "grain", POSITION)
    (after,) = found_.results(view(house), ("grain",))
    assert reckoned == [["grain"], ["grain"]]
    assert [one.stance for one in after.stances if one.party == "aa"] == ["affirms"] * 2


def test_earlier_size_gives_its_own_answer_whatever_was_asked_before() -> None:
    """The same view always gives the same answer, also after a later one was remembered (R1)."""
    house = built()
    found_, at = closures(house), view(house)
    (before,) = found_.results(at, ("grain",))
    house.say("position", "grain", POSITION)
    found_.results(view(house), ("grain",))
    assert found_.results(at, ("grain",)) == (before,)
    assert found_.audit(at, "grain").commitments == (before,)


def test_erasure_is_seen_at_every_view() -> None:
    """What an erasure removed is there for no view, and the result that rested on it is forgotten (R1)."""
    house = built()
    index = len(house.store.state.rows)
    house.say("position", "grain", POSITION)
    found_, at = closures(house), view(house)
    (before,) = found_.results(at, ("grain",))
    erase(house, index)
    (after,) = found_.results(at, ("grain",))
    assert {one.stance for one in before.stances if one.party == "aa"} == {"affirms"}
    assert {one.stance for one in after.stances if one.party == "aa"} == {"unknown"}


def test_what_was_erased_is_listed_at_no_view() -> None:
    """A list that was made before the erasure is made again, also for a view before it (R1)."""
    house = built()
    found_, at = closures(house), view(house)
    index = next(row.index for row in house.store.state.rows if (row.kind, row.subject) == ("commitment", "corn"))
    assert set(found_.recorded(at).commitments) == {"corn", "grain"}
    erase(house, index)
    assert set(found_.recorded(at).commitments) == {"grain"}
    assert set(found_.recorded(view(house)).commitments) == {"grain"}


def test_days_are_those_on_which_something_came_to_be_known() -> None:
    """The time machine stops where a statement of the closure becomes visible, up to the view's day (R1)."""
    house = built()
    days = closures(house).days(view(house), "grain")
    # The statement and the pledge of 15 January, the figures of 1 April; keys and parties were signed later.
    assert days == ("2020-01-15", "2020-04-01")


def test_many_entries_later_a_closure_is_found_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a long stretch nobody looks at each entry; what is found is the same."""
    house = built()
    found_ = closures(house)
    before = found_.belonging("grain")
    monkeypatch.setattr(closed, "STRETCH", 1)
    house.say("position", "corn", {**POSITION, "party": "cc"})
    house.say("position", "corn", {**POSITION, "party": "dd"})
    after = found_.belonging("grain")
    assert after.size == before.size + 2
    assert after.said == before.said
