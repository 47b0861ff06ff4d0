"""Determining: results for the commitments of a view, and the statement that says them (R1, R11)."""

import pytest

from ledger.assessment.view import Known, look
from ledger.audit.engine import SqliteEngine
from ledger.errors import NotFoundError
from ledger.model.determination import View
from ledger.model.statement import plain
from ledger.service.determine import assess_all, determination
from ledger.signing.canonical import digest, format_json
from tests.unit.service.scenario import COMMITMENT, House, evidence

VIEW = View(size=99, as_of="2021-06-30")


def known(house: House) -> Known:
    """Return what the view knows."""
    return look([house.said(index) for index in range(len(house.store.state.rows))], VIEW)


def house_with_evidence() -> House:
    """Return a ledger with a pledge of ten tonnes in 2020 and evidence of 5 + 7 in January and February."""
    house = House().set_up()
    house.say("evidence", "series:export/bb/aa", evidence())
    return house


def test_bound_that_the_figures_reach_is_met() -> None:
    """5 + 7 tonnes in two months are at least 10: met, though the year is not covered (R11)."""
    house = house_with_evidence()
    (result,) = assess_all(known(house), engine=SqliteEngine(), open_observations=house.blobs.open)
    assert {term.id: term.outcome for term in result.terms}["grain"] == "met"


def test_commitments_come_in_the_order_asked_for_else_by_name() -> None:
    """All that the view knows are answered by name; those that are named, as they were named."""
    house = house_with_evidence()
    house.say("commitment", "corn", {**COMMITMENT, "title": "Buy corn"})
    engine = SqliteEngine()
    everything = assess_all(known(house), engine=engine, open_observations=house.blobs.open)
    assert [one.subject for one in everything] == ["corn", "grain"]
    two = assess_all(known(house), ("grain", "corn"), engine=engine, open_observations=house.blobs.open)
    assert [one.subject for one in two] == ["grain", "corn"]
    assert everything == tuple(reversed(two))


def test_commitment_that_the_view_does_not_know_is_named() -> None:
    """A name that is not there is an error that says at which view (R1)."""
    house = house_with_evidence()
    with pytest.raises(NotFoundError, match="No commitment corn is known at size 99 on 2021-06-30"):
        assess_all(known(house), ("corn",), engine=SqliteEngine(), open_observations=house.blobs.open)


def test_determination_says_the_result_and_names_the_whole_of_it() -> None:
    """It carries outcomes, ratios and scores, and the digest of the canonical result (design §2.2)."""
    house = house_with_evidence()
    (result,) = assess_all(known(house), engine=SqliteEngine(), open_observations=house.blobs.open)
    body = determination(result, View(size=8, as_of="2021-06-30"))
    assert [(term.id, term.outcome) for term in body.terms] == [(term.id, term.outcome) for term in result.terms]
    assert body.result == digest(format_json(plain(result)))
    house.say("determination", "grain", plain(body))
    assert house.said(8).statement.body == body
