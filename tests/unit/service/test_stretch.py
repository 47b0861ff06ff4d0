"""A stretch of the log, looked at on its own: what is in order is a few bytes, all else is none (design §2.3)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from ledger.service import stretch
from ledger.service.check import check_log
from ledger.service.stretch import STRETCH, Stretch, are_nodes, keys_of, look, look_elsewhere, see
from ledger.tlog.merkle import Hash
from ledger.tlog.recheck import tree_root
from tests.unit.service.scenario import KEYS, POSITION, House, evidence

FIRST = STRETCH
COUNT = 2 * STRETCH + 3


def long_house() -> House:
    """Return a ledger of two whole stretches and a part, with evidence in the second."""
    house = House().set_up()
    house.publish(*(house.sign("position", "grain", {**POSITION, "note": f"x{number}"}) for number in range(300)))
    house.say("evidence", "series:export/bb/aa", evidence())
    rest = COUNT - len(house.store.state.rows)
    house.publish(*(house.sign("position", "grain", {**POSITION, "note": f"y{number}"}) for number in range(rest)))
    return house


@pytest.fixture(scope="module")
def house() -> House:
    """Return that ledger; who changes it changes it back."""
    return long_house()


def looked(house: House, start: int = FIRST, stop: int = 2 * STRETCH) -> Stretch | None:
    """Return what a stretch shows."""
    with house.store.reading() as reading:
        return look(reading, start, stop, keys_of(reading))


def test_stretch_in_order_gives_its_leaves_and_who_spoke(house: House) -> None:
    """Leaves, root over them, what it follows on, authors by kind, and what is to be judged one by one."""
    found, rows = looked(house), house.store.state.rows
    assert found is not None
    leaves = [row.leaf for row in rows[FIRST : 2 * STRETCH]]
    assert found.leaves == b"".join(leaves)
    assert found.peak == tree_root(leaves)
    assert f'"prev":"{found.prev}"'.encode() in rows[FIRST].header
    assert found.geneses == (house.genesis,)
    assert {(author, kind) for author, kind, *_ in found.authors} == {
        (KEYS["desk"].kid, "position"), (KEYS["desk"].kid, "evidence"),
    }  # fmt: skip
    assert [rows[index].kind for index, _ in found.odd] == ["evidence"]


def test_part_of_a_stretch_has_no_root_of_its_own(house: House) -> None:
    """The last entries of a log are joined leaf by leaf."""
    found = looked(house, 2 * STRETCH, COUNT)
    assert found is not None
    assert (len(found.leaves), found.peak) == (32 * 3, None)


def test_stretch_in_which_keys_come_is_judged_entry_by_entry(house: House) -> None:
    """After a charter or a key others may sign, so the first stretch of every log is none (design §5)."""
    assert looked(house, 0, STRETCH) is None


@dataclass(frozen=True)
class Spoilt:
    """A column of an entry that somebody's hand has changed."""

    members: dict[str, Any]


SPOILT: dict[str, Callable[[Any], dict[str, Any]]] = {
    "a header that was changed": lambda row: {"header": row.header.replace(b'"position"', b'"positiom"')},
    "a header that is none": lambda _: {"header": b"{}"},
    "a leaf that was changed": lambda _: {"leaf": Hash(bytes(32))},
    "a statement that was changed": lambda row: {"jws": (row.jws or b"") + b"A"},
    "a column that lies about the subject": lambda _: {"subject": "zz"},
    "a column that lies about the author": lambda _: {"author": KEYS["other"].kid},
    "a column that lies about the time": lambda _: {"received": "2031-01-01T00:00:00Z"},
    "another payload digest": lambda _: {"payload": bytes(32)},
    "another name": lambda _: {"statement": bytes(32)},
    "another place": lambda row: {"index": row.index + 1},
}


@pytest.mark.parametrize("case", SPOILT)
def test_stretch_with_a_fault_is_none(house: House, case: str) -> None:
    """What is wrong is told by who sees the others too; here it is only noticed (style §7)."""
    rows = house.store.state.rows
    before = rows[FIRST + 9]
    rows[FIRST + 9] = before._replace(**SPOILT[case](before))
    try:
        assert looked(house) is None
    finally:
        rows[FIRST + 9] = before
    assert looked(house) is not None


def test_entry_that_is_not_there_makes_a_stretch_none(house: House) -> None:
    """A gap is noticed, wherever it is."""
    rows = house.store.state.rows
    gone = rows.pop(FIRST + 5)
    try:
        assert looked(house) is None
    finally:
        rows.insert(FIRST + 5, gone)


@pytest.mark.parametrize("address", [(1, FIRST // 2), (7, FIRST >> 7), (8, 1)])
def test_node_over_a_stretch_that_is_not_as_it_must_be_is_noticed(house: House, address: tuple[int, int]) -> None:
    """Every stored node above a stretch's leaves is held against them (RFC 6962 §2.1)."""
    nodes = house.store.state.nodes
    before = nodes[address]
    leaves = [row.leaf for row in house.store.state.rows[FIRST : 2 * STRETCH]]
    for change in (lambda: nodes.update({address: Hash(bytes(32))}), lambda: nodes.pop(address)):
        change()
        with house.store.reading() as reading:
            assert are_nodes(reading, FIRST, leaves) is None
        nodes[address] = before


def test_key_that_is_not_at_hand_leaves_the_signature_to_who_asked(house: House) -> None:
    """Whose key it was is not decided here: an entry whose key is not known is listed as one to be judged."""
    with house.store.reading() as reading:
        found = look(reading, FIRST, 2 * STRETCH, {})
    assert found is not None
    assert len(found.odd) == STRETCH
    assert not any(seen.said.is_signed for _, seen in found.odd if seen.said is not None)


def test_erased_statement_shows_nothing(house: House) -> None:
    """An entry without its statement has no digest and says nothing; who asked knows whether that is excused."""
    row = house.store.state.rows[FIRST]._replace(jws=None, payload=None)
    assert see(row, {}) == stretch.Seen(None, None, "")


def test_what_another_process_cannot_read_is_none(house: House) -> None:
    """A helper that cannot read the store says nothing, and the one who asked looks himself (design §2.5)."""
    from contextlib import contextmanager

    from ledger.errors import UnavailableError

    def refuse() -> Iterator[Any]:
        raise UnavailableError("The database is not there.")

    class Gone:
        @contextmanager
        def __call__(self) -> Any:
            yield from refuse()

    assert look_elsewhere(Gone(), FIRST, FIRST + 4) is None
    assert look_elsewhere(house.store.elsewhere(), FIRST, 2 * STRETCH) == looked(house)


@pytest.mark.parametrize("case", [*SPOILT, "nothing"])
def test_check_says_the_same_by_stretches_as_entry_by_entry(
    house: House, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault is found, and told in the same sentences and order, whether stretches are joined or not (issue 2, 3)."""
    rows = house.store.state.rows
    before = rows[FIRST + 9]
    if case != "nothing":
        rows[FIRST + 9] = before._replace(**SPOILT[case](before))
    with house.store.reading() as reading:
        joined = check_log(reading, house.blobs, genesis=house.genesis)
        with monkeypatch.context() as patch:
            patch.setattr("ledger.service.check.look", lambda *_: None)
            alone = check_log(reading, house.blobs, genesis=house.genesis)
    rows[FIRST + 9] = before
    assert joined == alone
    assert joined.is_sound is (case == "nothing")
