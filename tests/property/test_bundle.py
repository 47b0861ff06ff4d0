"""Laws of bundles: the same audit is the same bytes, and no change of any byte goes unnoticed (style §10).

Two forgers are tried. The one changes bytes of the file. The other changes the contents of a member and makes a file
and a manifest that fit; the manifest's own words and the report can be told only by whoever has the same software.
"""

import io
from functools import cache

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ledger.audit.verify import verify
from ledger.errors import MalformedError
from ledger.model.determination import View
from tests.unit.audit.small_ledger import SOURCE, SOY, SmallLedger, bundled, monthly, soy_ledger, unbundled

FULL = (450_000,) * 12
POSITION = {"party": "us", "stance": "affirms", "date": "2019-02-01", "source": SOURCE}


@cache
def sound() -> bytes:
    """Return a sound bundle."""
    return story().bundle()


def story() -> SmallLedger:
    """Return a ledger with a little of everything."""
    ledger = soy_ledger(*FULL)
    ledger.say("position", SOY, POSITION)
    ledger.observe(monthly(*FULL[:11], 1), vintage={"published": "2020-03-05"})
    return ledger


def is_noticed(raw: bytes) -> bool:
    """Whether a bundle is malformed or unsound; anything else that it might raise is a fault of ours."""
    try:
        return not verify(io.BytesIO(raw)).sound
    except MalformedError:
        return True


def test_same_audit_is_the_same_bytes() -> None:
    """Exporting twice gives the same bytes under the same checkpoint, in whatever order the members come."""
    again = {**story().members(), "checkpoint": unbundled(sound())["checkpoint"]}
    assert bundled(again) == sound()
    assert bundled(dict(reversed(unbundled(sound()).items()))) == sound()
    assert not is_noticed(sound())


@given(data=st.data())
def test_no_byte_of_the_file_can_be_changed(data: st.DataObject) -> None:
    """One changed byte anywhere makes the bundle malformed or unsound (design §2.6)."""
    place = data.draw(st.integers(0, len(sound()) - 1))
    changed = bytearray(sound())
    changed[place] ^= data.draw(st.integers(1, 255))
    assert is_noticed(bytes(changed))


@given(data=st.data())
def test_no_part_of_the_file_can_be_cut_out_or_put_in(data: st.DataObject) -> None:
    """Truncated, spliced and padded files are malformed."""
    start = data.draw(st.integers(0, len(sound())))
    stop = data.draw(st.integers(start, len(sound())))
    put = data.draw(st.binary(max_size=40))
    changed = sound()[:start] + put + sound()[stop:]
    assume(changed != sound())
    assert is_noticed(changed)


MEMBERS = sorted(name for name in unbundled(sound()) if name != "report.html")


@pytest.mark.parametrize("name", MEMBERS, ids=lambda name: name[:20])
@settings(max_examples=20)
@given(data=st.data())
def test_no_byte_of_a_member_can_be_changed(name: str, data: st.DataObject) -> None:
    """A changed member is found though manifest and archive fit it: nothing rests on the manifest alone."""
    members = unbundled(sound())
    place = data.draw(st.integers(0, len(members[name]) - 1))
    changed = bytearray(members[name])
    changed[place] ^= data.draw(st.integers(1, 255))
    members[name] = bytes(changed)
    assert is_noticed(bundled(members))


@given(data=st.data())
def test_no_member_can_be_left_out_or_take_the_place_of_another(data: st.DataObject) -> None:
    """Members are bound to their names, and every one of them is needed but the report."""
    members = unbundled(sound())
    first = data.draw(st.sampled_from(MEMBERS))
    second = data.draw(st.sampled_from(MEMBERS))
    if first == second:
        del members[first]
    else:
        assume(members[first] != members[second])
        members[first], members[second] = members[second], members[first]
    try:
        forged = bundled(members)
    except MalformedError:
        return  # a bundle without that member cannot even be written
    assert is_noticed(forged)


@settings(max_examples=20)
@given(size=st.integers(6, 9), day=st.dates().map(str))
def test_every_view_verifies(size: int, day: str) -> None:
    """Whatever is audited, as of whatever day, verifies; a day before the pledge is refused when it is made."""
    assume(day >= "2019-01-31")
    assert not is_noticed(story().bundle(view=View(size=size, as_of=day)))


@given(raw=st.binary(max_size=2000))
def test_whatever_the_bytes_are_the_answer_is_an_answer(raw: bytes) -> None:
    """Arbitrary bytes are no bundle, and nothing but that is said of them."""
    assert is_noticed(raw)
    assert is_noticed(b"PK\x03\x04" + raw)
