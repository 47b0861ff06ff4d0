"""Checking: everything recomputed, and the first entry that is wrong named (design §2.3; issue 2, point 3)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from ledger.errors import MalformedError
from ledger.service.admit import Admitted
from ledger.service.check import Checked, check_log
from ledger.service.scene import Opened, Scene
from ledger.tlog.merkle import Hash
from ledger.tlog.stored import Head
from tests.unit.service.scenario import KEYS, POSITION, RAW, House, evidence


def built() -> House:
    """Return a ledger with one of most things: 3 entries of keys, 4 of parties and pledge, evidence, 3 positions."""
    house = House().set_up()
    house.say("evidence", "series:export/bb/aa", evidence())
    house.publish(*(house.sign("position", "grain", {**POSITION, "note": str(number)}) for number in range(3)))
    return house


def checked(house: House) -> Checked:
    """Return the answer."""
    with house.store.reading() as reading:
        return check_log(reading, house.blobs, genesis=house.genesis)


def change(house: House, index: int, **members: Any) -> None:
    """Change columns of an entry, as nothing but a hand in the file could."""
    house.store.state.rows[index] = house.store.state.rows[index]._replace(**members)


def swap_statements(house: House) -> None:
    """Exchange the statements of two entries."""
    first, second = house.store.state.rows[8], house.store.state.rows[9]
    change(house, 8, jws=second.jws, payload=second.payload)
    change(house, 9, jws=first.jws, payload=first.payload)


def edit_header(house: House) -> None:
    """Change a word of a header, and nothing else."""
    change(house, 4, header=house.store.state.rows[4].header.replace(b'"party"', b'"partx"'))


def drop_entry(house: House) -> None:
    """Take out an entry in the middle and close the gap."""
    rows = house.store.state.rows
    rows[5:] = [row._replace(index=row.index - 1) for row in rows[6:]]


def cut(house: House) -> None:
    """Cut off the last entry, and say so in the head."""
    house.store.state.rows.pop()
    house.store.state.head = Head(10, b"", house.store.state.head.received)


def other_root(house: House) -> None:
    """Put the checkpoint of one size under another."""
    house.store.state.notes[8] = house.store.state.notes[7]


def unsigned(house: House) -> None:
    """Spoil a signature of a checkpoint."""
    note = house.store.state.notes[7]
    house.store.state.notes[7] = note[:-10] + (b"AAAA" if note[-10:-6] != b"AAAA" else b"BBBB") + note[-6:]


SPOILT: dict[str, tuple[Callable[[House], object], str, str]] = {
    "a header that was changed": (edit_header, "entry.leaf-mismatch", "entry 4"),
    "an entry that was taken out": (drop_entry, "chain.index", "entry 5"),
    "statements that were exchanged": (swap_statements, "statement.digest-mismatch", "entry 8"),
    "a statement that is gone": (lambda h: change(h, 6, jws=None, payload=None), "statement.missing", "entry 6"),
    "a statement that was changed": (
        lambda h: change(h, 6, jws=(h.store.state.rows[6].jws or b"") + b"A"), "statement.digest-mismatch", "entry 6",
    ),
    "a column that lies about the subject": (lambda h: change(h, 3, subject="zz"), "entry.column-mismatch", "entry 3"),
    "a column that lies about the author": (
        lambda h: change(h, 3, author=KEYS["other"].kid), "entry.column-mismatch", "entry 3",
    ),
    "a payload digest that lies": (lambda h: change(h, 3, payload=bytes(32)), "statement.payload-mismatch", "entry 3"),
    "a log that was cut": (cut, "tree.truncated", "checkpoint 11"),
    "a checkpoint of another size": (other_root, "tree.root-mismatch", "checkpoint 8"),
    "a checkpoint with a bad signature": (unsigned, "checkpoint.refused", "checkpoint 7"),
    "a head with another time": (
        lambda h: setattr(h.store.state, "head", replace(h.store.state.head, received="2027-01-01T00:00:00Z")),
        "head.received", "head",
    ),
    "a node that does not fit": (
        lambda h: h.store.state.nodes.update({(1, 2): Hash(bytes(32))}), "node.mismatch", "node 1/2",
    ),
    "a node that is gone": (lambda h: h.store.state.nodes.pop((2, 1)), "node.mismatch", "node 2/1"),
    "a node too many": (
        lambda h: h.store.state.nodes.update({(3, 1): Hash(bytes(32))}), "node.mismatch", "node 3/1",
    ),
    "a raw file that is gone": (
        lambda h: h.blobs.held.pop(evidence()["raw"]["digest"]), "evidence.file", "entry 7",
    ),
    "observations that were changed": (
        lambda h: h.blobs.held.update({evidence()["observations"]["digest"]: RAW}), "evidence.file", "entry 7",
    ),
}  # fmt: skip


def test_sound_ledger_gives_no_findings() -> None:
    """What the publisher wrote, the independent reader finds sound, to the same root (design §2.3)."""
    house = built()
    answer = checked(house)
    assert (answer.findings, answer.size, answer.checkpoints) == ((), 11, 4)
    assert answer.root == house.checkpoint().root
    assert answer.is_sound


@pytest.mark.parametrize("case", SPOILT)
def test_what_was_changed_behind_the_logs_back_is_named(case: str) -> None:
    """The first finding says what was seen, and where (issue 2, point 3)."""
    spoil, code, subject = SPOILT[case]
    house = built()
    spoil(house)
    first = checked(house).findings[0]
    assert (first.code, first.subject) == (code, subject)


def test_statement_that_the_wrong_role_signed_is_found_though_all_hashes_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log written without rules is judged by them all the same: signature, role and genesis at each index (§5)."""
    house = House().set_up()

    def without_rules(opened: Sequence[Opened], scene: Scene, **_: str) -> tuple[Admitted, ...]:
        placed = [one._replace(said=one.said._replace(index=scene.size + n)) for n, one in enumerate(opened)]
        return tuple(Admitted(one) for one in placed)

    with monkeypatch.context() as patch:
        patch.setattr("ledger.service.publish.admit", without_rules)
        house.publish(
            house.sign("position", "grain", POSITION, key="operator"),
            house.sign("position", "grain", POSITION, genesis="sha256:" + "0" * 64),
            house.sign("position", "grain", POSITION, key="stranger"),
            house.sign("position", "grain", POSITION),
        )
    found = checked(house).findings
    assert [(one.code, one.subject) for one in found] == [("statement.refused", f"entry {n}") for n in (7, 8, 9)]
    assert "with the role recorder" in found[0].sentence
    assert "another ledger" in found[1].sentence
    assert "not known" in found[2].sentence


def test_other_charter_than_the_one_opened_is_found() -> None:
    """The charter's name is known from outside of the log (design §2.2)."""
    house = built()
    with house.store.reading() as reading:
        answer = check_log(reading, house.blobs, genesis="sha256:" + "0" * 64)
    assert answer.findings[0].code == "charter.other"


def test_log_without_a_charter_is_one_finding_and_no_crash() -> None:
    """Where entry 0 is no charter, that is said once, and the rest is still recomputed."""
    house = built()
    rows = house.store.state.rows
    change(house, 0, jws=rows[1].jws, payload=rows[1].payload, statement=rows[1].statement)
    codes = [one.code for one in checked(house).findings]
    assert "entry.column-mismatch" in codes


def test_threads_find_what_one_finds_alone() -> None:
    """With threads that verify ahead the answer is the same, and progress is told to the end."""
    from concurrent.futures import ThreadPoolExecutor

    house = built()
    house.publish(*(house.sign("position", "grain", {**POSITION, "note": f"x{number}"}) for number in range(600)))
    edit_header(house)
    told: list[tuple[int, int]] = []
    with ThreadPoolExecutor(2) as executor, house.store.reading() as reading:
        answer = check_log(
            reading,
            house.blobs,
            genesis=house.genesis,
            executor=executor,
            elsewhere=house.store.elsewhere(),
            progress=lambda *at: told.append(at),
        )
    assert answer == checked(house)
    assert told[-1] == (611, 611)


GROWN = 8
"""Entries of the small ledger that were checked before."""


def checked_after(house: House, after: int = GROWN) -> Checked:
    """Return what checking the entries gives that follow those which were checked before."""
    with house.store.reading() as reading:
        return check_log(reading, house.blobs, genesis=house.genesis, after=after)


def checkpointed() -> House:
    """Return the small ledger, with a checkpoint over the entries that were checked before."""
    house = built()
    with house.store.reading() as reading:
        assert reading.checkpoint_over(GROWN) is not None
    return house


def test_what_is_new_is_checked_on_what_was_checked_before() -> None:
    """The root, and that all is well, are those of a check of the whole (design §2.4)."""
    house = checkpointed()
    found = checked_after(house)
    assert (found.is_sound, found.size, found.root) == (True, 11, checked(house).root)


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (lambda house: change(house, 9, jws=b"e30.e30.e30"), "statement.digest-mismatch"),
        (lambda house: change(house, 8, author="x" * 43), "entry.column-mismatch"),
        (lambda house: change(house, 10, leaf=bytes(32)), "entry.leaf-mismatch"),
        (swap_statements, "statement.digest-mismatch"),
        (cut, "tree.truncated"),
        (lambda house: house.store.state.nodes.update({(1, 4): Hash(bytes(32))}), "node.mismatch"),
        (lambda house: house.store.state.nodes.pop((1, 4)), "node.mismatch"),
    ],
)
def test_wrong_new_entry_is_found_though_those_before_are_not_looked_at(harm: Any, code: str) -> None:
    """Whatever is wrong after what was checked is named as by a check of the whole (design §2.3)."""
    house = checkpointed()
    harm(house)
    found = checked_after(house)
    assert not found.is_sound
    assert code in [one.code for one in found.findings]


@pytest.mark.parametrize("harm", [other_root, lambda house: house.store.state.nodes.update({(3, 0): Hash(bytes(32))})])
def test_nothing_is_checked_on_a_tree_that_was_not_signed(harm: Any) -> None:
    """Where the edge of what was checked is not the signed one, the check does not go on (RFC 6962 §2.1)."""
    house = checkpointed()
    harm(house)
    with pytest.raises(MalformedError, match="checked before"):
        checked_after(house)
