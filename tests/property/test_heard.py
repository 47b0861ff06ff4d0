"""Laws of hearing in brief: whatever was said in whatever order, a result is the one that all positions give (E2, E3).

Both ways are taken over the same small ledgers, at every view of them: all positions read whole, and those alone on
which a result rests. The whole result is compared, every level, reason and citation of it.
"""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.assessment.assess import assess
from ledger.assessment.heard import Heard
from ledger.assessment.selection import plan, selected
from ledger.assessment.view import look
from ledger.errors import PledgerError
from ledger.model.determination import View
from ledger.service.hearing import hear, read_decisive
from ledger.service.scene import read_said
from tests.unit.service.fake import MemoryReading
from tests.unit.service.scenario import ACTION_TERM, AMENDMENT, COMMITMENT, INSTRUMENT, POSITION, TERM, House

DAYS = ("2020-01-10", "2020-01-15", "2020-01-16", "2020-02-03", "2020-03-09")
STANCES = ("affirms", "affirms_differently", "silent", "denies")
SUBJECT = "corn"

POSITIONS = st.fixed_dictionaries({
    "party": st.sampled_from(("aa", "bb")),
    "stance": st.sampled_from(STANCES),
    "date": st.sampled_from(DAYS),
    "terms": st.sampled_from(("all", ["grain"], ["law"], ["grain", "law"])),
    "about": st.sampled_from(("pledge", "pledge", "pledge", "finding")),
    "states": st.sampled_from(([], [], ["number"])),
    "more": st.sampled_from((None, None, None, None, "moved", "replies_to", "corrects", "retracted")),
})  # fmt: skip
GROUNDS = st.fixed_dictionaries({
    "issuers": st.sampled_from((["aa", "bb"], ["aa"], ["bb"])),
    "date": st.sampled_from(DAYS[:3]),
    "obligees": st.sampled_from((["bb"], ["bb"], [])),
    "speaker": st.sampled_from((None, "aa", "bb")),
    "amended": st.booleans(),
})  # fmt: skip


def built(ground: dict[str, Any], positions: list[dict[str, Any]]) -> House:
    """Return a ledger with a pledge and what was said of it, repeated as often as it was drawn."""
    house = House().set_up()
    house.say("instrument", "treaty", {**INSTRUMENT, "issuers": ground["issuers"], "announced": ground["date"]})
    quote = {"text": "will buy ten tonnes", "language": "en"}
    quote |= {"speaker": ground["speaker"]} if ground["speaker"] else {}
    body = {
        **COMMITMENT, "instrument": "treaty", "obligees": ground["obligees"], "date": ground["date"],
        "quotes": [quote], "terms": [{**TERM, "id": "grain"}, ACTION_TERM],
    }  # fmt: skip
    house.say("commitment", SUBJECT, body)
    amendment = None
    if ground["amended"]:
        terms = [{**TERM, "id": "grain", "target": "7"}]
        changed = {**AMENDMENT, "change": "modify", "by": ["aa"], "terms": terms, "announced": "2020-02-01"}
        amendment = house.say("amendment", SUBJECT, {**changed, "effective": "2020-02-01"})
    before: list[str] = []
    for number, drawn in enumerate(positions):
        more, said = drawn["more"], {name: value for name, value in drawn.items() if name != "more"}
        if said["stance"] == "silent":
            said.pop("states")
        elif more == "moved" and "grain" in (*said["terms"], *(("grain",) if said["terms"] == "all" else ())):
            said["moved"] = [{"term": "grain", "deadline": "2021-06-30"}]
        if more == "replies_to" and amendment is not None:
            said["replies_to"] = amendment
        corrects = before.pop() if more == "corrects" and before else None
        try:
            name = house.say(
                "position", SUBJECT, {**POSITION, **said, "note": f"the {number}th"}, corrects=corrects,
                issued=f"2026-01-02T03:04:{number:02d}Z",
            )  # fmt: skip
        except PledgerError:  # what may not be said is not in any ledger
            continue
        before.append(name)
        if more == "retracted":
            gone = {"statement": before.pop(), "ground": "recorded_in_error", "reason": "a slip", "date": "2020-03-01"}
            house.say("retraction", SUBJECT, gone)
    return house


def compared(house: House, view: View) -> tuple[str | None, str | None]:
    """Return the result of the pledge by all positions, and by those that are read."""
    rows = house.store.state.rows
    said = [one for row in rows if (one := read_said(row)) is not None]
    brief = [hear(row) if row.kind == "position" else read_said(row) for row in rows]
    whole = [one for one in brief if one is not None and not isinstance(one, Heard)]
    heard = [one for one in brief if isinstance(one, Heard)]
    read = read_decisive(MemoryReading(house.store.state), heard, whole, view)
    assert len(read) <= len(heard)
    least = sorted((*whole, *read), key=lambda one: one.index)
    found = []
    for known in (look(said, view), look(least, view)):
        is_known = SUBJECT in known.commitments
        rows_ = selected(plan(known, (SUBJECT,)), ()) if is_known else None
        found.append(assess(known, SUBJECT, rows_).model_dump_json() if rows_ is not None else None)
    return found[0], found[1]


@settings(max_examples=60, deadline=None)
@given(GROUNDS, st.lists(POSITIONS, min_size=1, max_size=14), st.data())
def test_result_is_that_of_all_positions(
    ground: dict[str, Any], positions: list[dict[str, Any]], data: st.DataObject
) -> None:
    """What is left unread changes nothing: no level, no reason, no citation, at any view (R1, E2, E3, R12)."""
    house = built(ground, positions)
    size = len(house.store.state.rows)
    views = [View(size=size, as_of=day) for day in (*DAYS, "2022-06-30")]
    views.append(View(size=data.draw(st.integers(size // 2, size)), as_of="2022-06-30"))
    for view in views:
        whole, least = compared(house, view)
        assert least == whole


def test_a_thousand_times_the_same_is_read_twice() -> None:
    """Of what was said over and over on one day, the first and the last are read, and all of it is cited (E3)."""
    house = built({"issuers": ["bb"], "date": "2020-01-15", "obligees": ["bb"], "speaker": None, "amended": False}, [])
    raws = [
        house.sign("position", SUBJECT, {**POSITION, "note": f"the {number}th"}, issued="2026-01-02T03:04:05Z")
        for number in range(1000)
    ]
    house.publish(*raws)
    view = View(size=len(house.store.state.rows), as_of="2022-06-30")
    heard = [one for row in house.store.state.rows if row.kind == "position" and isinstance(one := hear(row), Heard)]
    read = read_decisive(MemoryReading(house.store.state), heard, [], view)
    assert len(heard) == 1000
    assert [one.index for one in read] == [heard[0].index, heard[-1].index]
    whole, least = compared(house, view)
    assert whole == least
    assert whole is not None
    assert f'"entry":{heard[500].index}' in whole
