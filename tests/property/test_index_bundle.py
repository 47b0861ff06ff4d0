"""Laws of bundles with an index: generated ledgers, each record left out in turn, each byte changed (design §2.3).

The forger runs the log and has its whole tree; what he leaves out, and how, is noticed every time.
"""

import io
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.audit.bundle import statement_member
from ledger.audit.verify import verify
from ledger.errors import MalformedError
from tests.unit.audit.indexed import completeness, indexed_members, say_index
from tests.unit.audit.small_ledger import (
    SOURCE,
    SOY,
    SmallLedger,
    bundled,
    monthly,
    sha256,
    soy_ledger,
)
from tests.unit.audit.test_index_form import ENTRY, ledger

POSITION = {"party": "us", "stance": "affirms", "date": "2019-02-01", "source": SOURCE}
PARTY = {"kind": "state", "names": {"en": "A state"}}
AMENDMENT = {
    "change": "suspend", "by": ["cn"], "announced": "2019-06-01", "effective": "2019-06-02", "reason": "a pause",
    "source": SOURCE,
}  # fmt: skip


def series(made: SmallLedger, reporter: str, partner: str, number: int) -> None:
    """Submit a month's figures between two parties, with a file of their own."""
    dimensions = {
        "measure": "export", "reporter": reporter, "partner": partner, "classifications": ["HS"], "frequencies": ["M"],
        "units": ["t"],
    }  # fmt: skip
    made.observe(monthly(number), subject=f"series:export/{reporter}/{partner}", dimensions=dimensions)


def add(made: SmallLedger, what: str, number: int) -> None:
    """Add an entry: about the pledge, about its parties, or about others."""
    match what:
        case "position":
            made.say("position", SOY, {**POSITION, "note": f"number {number}"})
        case "party":
            made.say("party", f"p{number}", PARTY)
        case "amendment":
            made.say("amendment", SOY, {**AMENDMENT, "reason": f"pause {number}"})
        case "ours":
            series(made, "us", "cn", number)
        case "several":
            series(made, "cn", "*", number)
        case _:
            series(made, "us", "zz", number)


additions = st.lists(
    st.sampled_from(("position", "party", "amendment", "ours", "several", "others")), min_size=1, max_size=6
)


def is_noticed(members: dict[str, bytes]) -> bool:
    """Whether a bundle is malformed or unsound; anything else that it might raise is a fault of ours."""
    try:
        return not verify(io.BytesIO(bundled(members))).sound
    except MalformedError:
        return True


@settings(max_examples=8, deadline=None)
@given(before=additions, after=st.lists(st.sampled_from(("position", "party", "ours")), max_size=2))
def test_every_record_left_out_of_a_bundle_is_noticed(before: list[str], after: list[str]) -> None:
    """Headers, statements, both; under the old proofs and under new ones; below the index and after it."""
    made = soy_ledger(*(450_000,) * 12)
    for number, what in enumerate(before, start=1):
        add(made, what, number)
    entry = len(made.headers)
    say_index(made)
    for number, what in enumerate(after, start=50):
        add(made, what, number)
    whole = indexed_members(made, entry=entry)
    assert not is_noticed(whole)
    below = [header.index for header in made.belonging() if header.index < entry]
    for index in [header.index for header in made.belonging()]:
        name = statement_member(sha256(made.jws[index]))
        headers = whole["headers"].replace(made.headers[index] + b"\n", b"")
        statements = {member: raw for member, raw in whole.items() if member != name}
        remade = indexed_members(made, entry=entry, gone=[index])
        forgeries = [statements, {**whole, "headers": headers}, {**statements, "headers": headers}, remade]
        if index in below:
            rest = [one for one in below if one != index]
            shown = completeness(made, size=entry, members=rest, entry=entry, shown=[index])
            forgeries += [{**remade, "index": whole["index"]}, {**remade, "index": shown}]
        assert all(map(is_noticed, forgeries)), index


@cache
def sound() -> dict[str, bytes]:
    """Return the members of a sound bundle with an index."""
    return indexed_members(ledger(), entry=ENTRY)


@pytest.mark.parametrize("name", ["headers", "index", "inclusion"])
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_no_byte_of_a_proof_can_be_changed(name: str, data: st.DataObject) -> None:
    """A changed, lost or added byte is found though manifest and archive fit it."""
    raw = sound()[name]
    start = data.draw(st.integers(0, len(raw) - 1))
    put = data.draw(st.binary(max_size=2))
    changed = raw[:start] + put + raw[start + data.draw(st.integers(0, 2)) :]
    assert changed == raw or is_noticed({**sound(), name: changed})


@settings(max_examples=40, deadline=None)
@given(raw=st.binary(max_size=200), name=st.sampled_from(("index", "inclusion", "headers")))
def test_whatever_a_proof_holds_the_answer_is_an_answer(raw: bytes, name: str) -> None:
    """Arbitrary bytes in the place of a proof are noticed, and nothing but our errors is raised."""
    assert is_noticed({**sound(), name: raw})
