"""Bundles that carry an index instead of all headers: sound, and every way of leaving something out (design §2.3).

The forger runs the log and has its whole tree; only the root of the index that was logged is an honest one, as monitors
see to that. The codes are those of docs/verification.md.
"""

import io
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from ledger.audit.bundle import LINES_LIMIT, TAIL_LIMIT, statement_member
from ledger.audit.check import index as check_index
from ledger.audit.verification import Verification
from ledger.audit.verify import verify
from ledger.errors import MalformedError
from ledger.tlog.index import INDEX_LIMIT
from tests.unit.audit.indexed import completeness, inclusion, indexed_members, root_of, say_index
from tests.unit.audit.small_ledger import (
    DESK,
    OPERATOR,
    SOURCE,
    SOY,
    SmallLedger,
    bundled,
    monthly,
    sha256,
    soy_ledger,
)

FULL = (450_000,) * 12
POSITION = {"party": "us", "stance": "affirms", "date": "2019-02-01", "source": SOURCE}
ENTRY = 14
"""The entry of the index statement: after seven of the story, and seven about other things."""
TAIL = 16
"""The size of the log: the index, and one position about the pledge."""


def ledger_of(**index: Any) -> SmallLedger:
    """Return a ledger of the pledge, among other things, with its index logged."""
    ledger = soy_ledger(*FULL)
    for number in range(7):
        ledger.say("party", f"bystander-{number}", {"kind": "state", "names": {"en": f"State {number}"}})
    say_index(ledger, **index)
    ledger.say("position", SOY, POSITION)
    return ledger


@cache
def ledger() -> SmallLedger:
    """Return that ledger; nobody changes it."""
    return ledger_of()


def checked(members: dict[str, bytes]) -> Verification:
    """Return the verification of a bundle of these members."""
    return verify(io.BytesIO(bundled(members)))


def codes(members: dict[str, bytes]) -> set[str]:
    """Return the codes of all findings."""
    answer = checked(members)
    assert answer.sound == (not answer.findings)
    return {one.code for one in answer.findings}


BELOW = [0, 1, 2, 3, 4, 5, 6]
"""The closure's entries that the index covers, by hand."""


# --- sound ------------------------------------------------------------------------------------------------------------


def test_index_stands_for_the_headers_that_are_not_here() -> None:
    """Nine headers of sixteen are enough, and what that leaves unchecked is listed (design §2.3)."""
    members = indexed_members(ledger(), entry=ENTRY)
    assert members["headers"].count(b"\n") == 9
    answer = checked(members)
    assert answer.sound, answer.findings
    assert answer.size == TAIL
    assert answer.not_checked == (*check_index.UNCHECKED, "rendering")


def test_audit_is_the_same_in_either_form() -> None:
    """The result rests on the closure alone, however it is shown that this is whole."""
    assert indexed_members(ledger(), entry=ENTRY)["audit.json"] == ledger().members()["audit.json"]
    assert checked(ledger().members()).sound


def test_everything_may_be_in_the_tail() -> None:
    """An index of the charter alone shows nothing else; all that follows it is carried along."""
    small = soy_ledger(*FULL)
    say_index(small, size=1)
    answer = checked(indexed_members(small, entry=7))
    assert answer.sound, answer.findings


def test_erased_statement_is_excused_under_an_index() -> None:
    """Its header is among those of the closure, and a logged erasure names its digest (design §2.3)."""
    small = soy_ledger(*FULL)
    name = small.say("position", SOY, POSITION)
    small.say("erasure", SOY, {"digests": [name], "ground": "law", "reason": "a court asked"}, key=OPERATOR)
    say_index(small)
    members = indexed_members(small, entry=9)
    del members[statement_member(name)]
    found = checked(members)
    assert "erased: the position at entry 7, by a logged erasure" in found.not_checked
    assert {one.code for one in found.findings} <= {"audit.differs"}


# --- leaving something out --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("index", BELOW)
def test_record_left_out_below_the_index_is_noticed(index: int) -> None:
    """Each record of the closure: its header alone, its statement alone, both; the proof kept, or made without it."""
    whole = indexed_members(ledger(), entry=ENTRY)
    name = statement_member(sha256(ledger().jws[index]))
    without_statement = {member: raw for member, raw in whole.items() if member != name}
    assert codes(without_statement)
    without_header = {**whole, "headers": whole["headers"].replace(ledger().headers[index] + b"\n", b"")}
    assert codes(without_header)
    both = {**without_statement, "headers": without_header["headers"]}
    assert codes(both)
    remade = indexed_members(ledger(), entry=ENTRY, gone=[index])
    assert "index.gap" in codes(remade) or index == 0
    old_proof = {**remade, "index": whole["index"]}
    assert codes(old_proof) & {"index.form", "charter.missing", "charter.malformed"}
    rest = [one for one in BELOW if one != index]
    shown = completeness(ledger(), size=ENTRY, members=rest, entry=ENTRY, shown=[index])
    assert codes({**remade, "index": shown})


@pytest.mark.parametrize("index", [ENTRY, TAIL - 1])
def test_record_left_out_of_the_tail_is_noticed(index: int) -> None:
    """The headers after the index are carried without a gap, whatever they are about."""
    remade = indexed_members(ledger(), entry=ENTRY, gone=[index])
    assert codes(remade) & {"tree.size", "index.missing"}
    whole = indexed_members(ledger(), entry=ENTRY)
    del whole[statement_member(sha256(ledger().jws[index]))]
    assert codes(whole) & {"closure.missing", "index.missing"}


def test_statement_of_another_subject_is_surplus() -> None:
    """Nothing is carried that does not belong, and neither is its header."""
    carried = [*BELOW, 9, ENTRY, TAIL - 1]
    members = indexed_members(ledger(), entry=ENTRY)
    members["headers"] = b"".join(ledger().headers[one] + b"\n" for one in carried)
    members["index"] = completeness(ledger(), size=ENTRY, members=[*BELOW, 9], entry=ENTRY)
    members["inclusion"] = inclusion(ledger(), carried)
    assert codes(members) == {"index.surplus"}
    members[statement_member(sha256(ledger().jws[9]))] = ledger().jws[9]
    assert codes(members) == {"index.surplus", "closure.surplus"}


def test_missing_series_is_noticed_in_either_direction_and_with_a_star() -> None:
    """Whatever was submitted between the parties belongs, of any measure; its absence is shown otherwise."""
    for subject, changes in {
        "series:import/cn/us": {"measure": "import", "reporter": "cn", "partner": "us"},
        "series:export/us/*": {"measure": "export", "reporter": "us", "partner": "*"},
        "series:delivery/cn/us": {"measure": "delivery", "reporter": "cn", "partner": "us"},
    }.items():
        small = soy_ledger(*FULL)
        dimensions = {"classifications": ["HS"], "frequencies": ["M"], "units": ["t"], **changes}
        small.observe(monthly(1), subject=subject, dimensions=dimensions)
        say_index(small)
        assert codes(indexed_members(small, entry=8)) == set()
        assert "index.gap" in codes(indexed_members(small, entry=8, gone=[7]))


# --- the index statement ----------------------------------------------------------------------------------------------


def test_dishonest_index_is_taken_at_its_word_and_said_so() -> None:
    """An index without the evidence verifies, with the line that names who checks that: monitors (docs/watching.md)."""
    cheating = soy_ledger(*FULL)
    lines = [line for index, line in enumerate(cheating.headers) if index != 6]
    say_index(cheating, size=6, root=root_of(lines))
    members = indexed_members(cheating, entry=7)
    # Its size is bound to its root, so that what it omits stands in the tail all the same.
    assert codes({**members, "headers": members["headers"].replace(cheating.headers[6] + b"\n", b"")})


INDEXES: dict[str, tuple[Callable[[], SmallLedger], str]] = {
    "of another root": (lambda: ledger_of(root=bytes(32)), "index.root-mismatch"),
    "about another log": (lambda: ledger_of(subject="example.com/others"), "index.missing"),
    "by a key that is not the operator's": (lambda: ledger_of(key=DESK), "statement.authority"),
    "of another ledger": (lambda: ledger_of(genesis="sha256:" + "1" * 64), "statement.genesis"),
    "under the header of another kind": (lambda: ledger_of(header={"kind": "party"}), "index.missing"),
}


@pytest.mark.parametrize("phrase", INDEXES)
def test_index_that_does_not_stand_is_unsound(phrase: str) -> None:
    """The statement is logged, by the operator, for this log, and before the entries that it speaks of."""
    make, code = INDEXES[phrase]
    forged = make()
    size = 14
    proof = completeness(forged, size=size, members=BELOW, entry=ENTRY)
    assert code in codes(indexed_members(forged, entry=ENTRY, proof=proof))


def test_index_of_more_entries_than_stand_before_it_is_unsound() -> None:
    """An index cannot cover its own statement, whatever root it has."""
    forged = ledger_of(size=15, root=bytes(32))
    carried = [*BELOW, ENTRY, TAIL - 1]
    members = indexed_members(forged, entry=ENTRY, proof=completeness(forged, size=14, members=BELOW, entry=ENTRY))
    members["headers"] = b"".join(forged.headers[one] + b"\n" for one in carried)
    members["inclusion"] = inclusion(forged, carried)
    assert "index.size" in codes(members)


def test_index_of_another_entry_is_unsound() -> None:
    """The proof names the entry of its statement, which has to be an index."""
    for entry in (TAIL - 1, 9, 99):
        proof = completeness(ledger(), size=ENTRY, members=BELOW, entry=entry)
        assert codes(indexed_members(ledger(), entry=ENTRY, proof=proof)) >= {"index.missing"}


# --- what is not of the form ------------------------------------------------------------------------------------------


def swapped(members: dict[str, bytes]) -> None:
    """Put the third header before the second."""
    first, second, third, rest = members["headers"].split(b"\n", 3)
    members["headers"] = b"\n".join((first, third, second, rest))


def with_(name: str, change: Callable[[bytes], bytes]) -> Callable[[dict[str, bytes]], None]:
    """Return a forger that changes one member."""

    def forge(members: dict[str, bytes]) -> None:
        members[name] = change(members[name])

    return forge


FORGED = {
    "no proof of completeness": (with_("index", lambda _: b""), "index.malformed"),
    "a proof that is too large": (with_("index", lambda raw: raw.ljust(INDEX_LIMIT + 1)), "index.malformed"),
    "another hash in it": (with_("index", lambda raw: raw[:-1] + bytes([raw[-1] ^ 1])), "index.root-mismatch"),
    "no inclusion proof": (with_("inclusion", lambda _: b""), "inclusion.root-mismatch"),
    "a hash of it cut short": (with_("inclusion", lambda raw: raw[:-1]), "inclusion.root-mismatch"),
    "another hash in that": (
        with_("inclusion", lambda raw: raw[:-1] + bytes([raw[-1] ^ 1])), "inclusion.root-mismatch",
    ),
    "headers in another order": (swapped, "chain.index"),
    "a header twice": (
        with_("headers", lambda raw: raw.split(b"\n")[0] + b"\n" + raw), "chain.index",
    ),
    "a line that is no header": (with_("headers", lambda raw: raw + b"{}\n"), "entry.form"),
    "a header without its line feed": (with_("headers", lambda raw: raw[:-1]), "entry.form"),
    "no headers": (with_("headers", lambda _: b""), "charter.missing"),
}  # fmt: skip


@pytest.mark.parametrize("phrase", FORGED)
def test_malformed_member_is_a_finding(phrase: str) -> None:
    """Whatever the members hold, the answer is a finding of ours."""
    forge, code = FORGED[phrase]
    members = indexed_members(ledger(), entry=ENTRY)
    forge(members)
    assert code in codes(members)


@pytest.mark.parametrize("name", ["index", "inclusion"])
def test_one_proof_without_the_other_is_no_bundle(name: str) -> None:
    """Both stand in a bundle, or neither."""
    members = indexed_members(ledger(), entry=ENTRY)
    del members[name]
    with pytest.raises(MalformedError, match="it takes both"):
        bundled(members)


def test_entry_before_its_predecessor_in_time_is_noticed() -> None:
    """Time does not go back from one header of the closure to the next, though others stand between."""
    late = soy_ledger(*FULL)
    late.say("party", "bystander", {"kind": "state", "names": {"en": "A state"}})
    late.say("position", SOY, POSITION, header={"received": "2020-02-01T00:00:00Z"})
    late.say(
        "party", "another", {"kind": "state", "names": {"en": "A state"}}, header={"received": "2020-02-01T00:00:00Z"}
    )
    say_index(late)
    assert "chain.time" in codes(indexed_members(late, entry=10))


def test_broken_chain_in_the_tail_is_noticed() -> None:
    """What stands side by side is chained, as it is where all headers are here."""
    broken = ledger_of()
    broken.say("party", "bystander-8", {"kind": "state", "names": {"en": "A"}}, header={"prev": "A" * 43})
    assert "chain.prev" in codes(indexed_members(broken, entry=ENTRY))


# --- limits -----------------------------------------------------------------------------------------------------------


def test_tail_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many headers as the limit may follow the index, and not one more."""
    assert TAIL_LIMIT == 50_000
    members = indexed_members(ledger(), entry=ENTRY)
    monkeypatch.setattr(check_index, "TAIL_LIMIT", TAIL - ENTRY)
    assert codes(members) == set()
    monkeypatch.setattr(check_index, "TAIL_LIMIT", TAIL - ENTRY - 1)
    assert codes(members) == {"tree.size"}


def test_headers_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more headers are read than a closure and a tail can have."""
    assert LINES_LIMIT == 50_000 + 65_535
    members = indexed_members(ledger(), entry=ENTRY)
    monkeypatch.setattr(check_index, "LINES_LIMIT", 9)
    assert codes(members) == set()
    monkeypatch.setattr(check_index, "LINES_LIMIT", 8)
    assert "tree.size" in codes(members)


def test_inclusion_proof_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """An inclusion proof of a byte more than the limit is not read."""
    members = indexed_members(ledger(), entry=ENTRY)
    size = len(members["inclusion"])
    monkeypatch.setattr(check_index, "INCLUSION_LIMIT", size)
    assert codes(members) == set()
    monkeypatch.setattr(check_index, "INCLUSION_LIMIT", size - 1)
    assert codes(members) == {"inclusion.malformed"}
