"""Hearing positions: in brief where there is no more to them, whole where there is, nothing of what was erased (R1)."""

from typing import Any

import pytest

from ledger.assessment.heard import Heard
from ledger.assessment.view import Said
from ledger.model.determination import View
from ledger.service.hearing import hear, read_decisive
from ledger.tlog.stored import Row
from tests.unit.service.fake import MemoryReading
from tests.unit.service.scenario import POSITION, House

FILE = "sha256:" + "a" * 64


def said(house: House, **changes: Any) -> Row:
    """Return the entry of a position."""
    corrects = changes.pop("corrects", None)
    house.say("position", "grain", {**POSITION, **changes}, corrects=corrects)
    return house.store.state.rows[-1]


def test_position_is_heard_in_a_few_words() -> None:
    """Who, of what, how and when; what it leaves out means what its model says."""
    house = House().set_up()
    row = said(house, terms=["grain"], states=["number"], stance="affirms_differently", note="words")
    found = hear(row)
    assert found == Heard(
        row.index, row.statement, row.author, "grain", "2020-01-16", "aa", "pledge", ("grain",), "affirms_differently",
        states=True,
    )  # fmt: skip
    assert found.name == f"sha256:{row.statement.hex()}"
    plain = hear(said(house))
    assert isinstance(plain, Heard)
    assert (plain.terms, plain.about, plain.states) == (None, "pledge", False)


@pytest.mark.parametrize("more", ["moved", "replies_to", "corrects"])
def test_position_with_more_to_it_is_read_whole(more: str) -> None:
    """What moves a term, answers a statement or mends another does something that a few words do not say (R1, R12)."""
    house = House().set_up()
    name = f"sha256:{said(house).statement.hex()}"
    whole: dict[str, dict[str, Any]] = {
        "moved": {"moved": [{"term": "grain", "deadline": "2021-06-30"}], "stance": "affirms_differently"},
        "replies_to": {"replies_to": name, "note": "a reply"}, "corrects": {"corrects": name, "note": "mended"},
    }  # fmt: skip
    assert isinstance(hear(said(house, **whole[more])), Said)


def test_position_that_names_what_was_erased_is_read_whole() -> None:
    """An erased file that a position names is told of, so that the position has to be at hand (R1)."""
    row = said(House().set_up(), note=f"as archived under {FILE}")
    assert isinstance(hear(row), Heard)
    assert isinstance(hear(row, erased={FILE}), Said)
    assert hear(row._replace(jws=None, payload=None)) is None


def test_position_that_is_mended_later_is_read_whole() -> None:
    """What takes it back has to find it; those beside it stay in brief (R1)."""
    house = House().set_up()
    rows = [said(house, note=f"the {number}th") for number in range(5)]
    mended = f"sha256:{rows[2].statement.hex()}"
    said(house, note="mended", corrects=mended)
    whole = [house.said(index) for index in (*range(7), len(house.store.state.rows) - 1)]
    heard = [one for row in rows if isinstance(one := hear(row), Heard)]
    view = View(size=len(house.store.state.rows), as_of="2021-06-30")
    read = read_decisive(MemoryReading(house.store.state), heard, whole, view)
    assert [one.index for one in read] == [rows[0].index, rows[2].index, rows[4].index]
    assert read[0].alike is not None
    assert [one.index for one in read[0].alike.heard] == [rows[1].index, rows[3].index]
