"""The completeness index of a ledger: sorted with little memory, logged by the operator alone, and held to its word."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ledger.errors import ConflictError, MalformedError, NotFoundError, RefusedError, UnavailableError
from ledger.service import index as module
from ledger.service.check import check_log
from ledger.service.import_log import import_log
from ledger.service.index import (
    SortedRecords,
    header_records,
    index_body,
    index_roots,
    logged_indexes,
    prove_closure,
    site_records,
    stored_records,
    stored_root,
)
from ledger.service.mirror import mirror
from ledger.service.monitor import Carried, SiteTree, StoreTree, watch
from ledger.signing.canonical import encode_base64url
from ledger.tlog.fraud import Misindex, Omission, judge
from ledger.tlog.index import IndexProof, closure_ranges, hash_records, locate, make_index_proof, parse_index_proof
from tests.unit.audit.indexed import root_of
from tests.unit.service.fake import MemoryBlobs, MemorySite, MemoryStore
from tests.unit.service.scenario import LOG_KEYS, ORIGIN, PARTY, POSITION, House, evidence
from tests.unit.service.static import exported


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test rest on what another has reckoned."""
    monkeypatch.setattr(module, "_known", {})


def house() -> House:
    """Return a ledger with a pledge, evidence, and some entries about others."""
    made = House().set_up()
    made.say("evidence", "series:export/bb/aa", evidence())
    for name in ("cc", "dd"):
        made.say("party", name, PARTY)
    return made


def headers(made: House) -> list[bytes]:
    """Return the headers of a ledger."""
    return [row.header for row in made.store.state.rows]


def body(made: House, first: int | None = None, **changes: Any) -> dict[str, Any]:
    """Return the body of an index statement, its root made with nothing but hashlib."""
    lines = headers(made)[:first]
    return {"size": len(lines), "root": encode_base64url(root_of(lines)), **changes}


def say_index(made: House, said: dict[str, Any] | None = None, *, key: str = "operator", subject: str = ORIGIN) -> str:
    """Sign and publish an index statement."""
    return made.say("index", subject, said or body(made), key=key)


# --- sorting ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 6, 7, 50])
def test_records_are_sorted_in_runs_of_few(count: int) -> None:
    """With room for three at a time, any number comes out in order, as often as it is asked for."""
    given = [bytes([number * 37 % 251, number]) for number in range(count)]
    with SortedRecords(iter(given), run=3) as ordered:
        assert list(ordered) == sorted(given)
        assert list(ordered) == sorted(given)
    assert list(ordered) == []


def test_runs_are_let_go_when_reading_fails() -> None:
    """What raises while records are read leaves no file behind, and is raised."""

    def failing() -> Iterator[bytes]:
        yield from (b"c", b"b", b"a")
        raise MalformedError("The fourth is none.")

    with pytest.raises(MalformedError, match="fourth"):
        SortedRecords(failing(), run=2)


def test_full_disk_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the sorter finds no room, it says so and what to do."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ledger.service.index.marshal.dump", full)
    with pytest.raises(UnavailableError, match="No space left on device; make room"):
        SortedRecords([b"a", b"b"], run=1)


def test_root_is_that_of_the_definition() -> None:
    """Store, headers and site give the root that hashlib alone gives (docs/completeness.md)."""
    made = house()
    expected = root_of(headers(made))
    with made.store.reading() as reading:
        size = reading.head().size
        assert stored_root(reading, size) == expected
    site = exported(made)
    assert index_roots(header_records(headers(made)), [size], run=2) == {size: expected}
    assert index_roots(site_records(site, size), [size]) == {size: expected}


def test_roots_of_several_sizes_are_reckoned_at_once() -> None:
    """Each is the root of the entries below it."""
    made = house()
    lines = headers(made)
    assert index_roots(header_records(lines), [5, 2, len(lines)], run=3) == {
        size: root_of(lines[:size]) for size in (2, 5, len(lines))
    }


def test_root_is_not_reckoned_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between making a statement and admitting it, the entries are gone through once."""
    made = house()
    with made.store.reading() as reading:
        said = index_body(reading, reading.head().size)

        def never(*_: object) -> None:
            raise AssertionError("asked again")

        monkeypatch.setattr(module, "index_roots", never)
        assert index_body(reading, reading.head().size) == said


def test_index_of_more_than_there_is_cannot_be_made() -> None:
    """Nothing, and more than everything, are refused."""
    made = house()
    with made.store.reading() as reading:
        for size in (0, reading.head().size + 1):
            with pytest.raises(ConflictError, match="cannot be made"):
                stored_root(reading, size)


# --- admission --------------------------------------------------------------------------------------------------------


def test_operator_logs_the_right_root() -> None:
    """Over all entries, or over the first of them; and again."""
    made = house()
    say_index(made)
    say_index(made, body(made, 4))
    say_index(made)
    with made.store.reading() as reading:
        sizes = [(entry, one.size) for entry, one in logged_indexes(reading)]
    assert sizes == [(10, 10), (11, 4), (12, 12)]


REFUSED: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "another root": ({"root": "A" * 43}, ConflictError, "has the root"),
    "another size": ({"size": 5}, ConflictError, "has the root"),
    "more entries than were published": ({"size": 11}, ConflictError, "cannot be made"),
    "far more entries": ({"size": 2**53 - 1}, ConflictError, "cannot be made"),
}


@pytest.mark.parametrize("phrase", REFUSED)
def test_wrong_index_is_not_admitted(phrase: str) -> None:
    """What the entries do not give is refused before it is logged (design §2.3)."""
    changes, error, reason = REFUSED[phrase]
    made = house()
    with pytest.raises(error, match=reason):
        say_index(made, body(made, **changes))
    assert made.store.state.head.size == 10


def test_index_is_the_operators() -> None:
    """Nobody else may log one."""
    made = house()
    with pytest.raises(RefusedError):
        say_index(made, key="desk")


def test_index_is_about_the_log() -> None:
    """Its subject is the origin."""
    made = house()
    with pytest.raises(MalformedError, match=f"its subject is {ORIGIN}"):
        say_index(made, subject="example.org/other")


@pytest.mark.parametrize("changes", [{"size": 0}, {"size": -1}, {"root": "A" * 42}, {"root": "A" * 42 + "B"}, {"n": 1}])
def test_malformed_index_is_refused(changes: dict[str, Any]) -> None:
    """At least one entry, a hash in its one spelling, and nothing else."""
    made = house()
    with pytest.raises(MalformedError):
        say_index(made, body(made, **changes))


# --- proofs for bundles -----------------------------------------------------------------------------------------------


RANGES = closure_ranges({"grain", "deal", "aa", "bb"}, {"aa", "bb"})


def test_proof_is_made_by_the_largest_index() -> None:
    """An index of fewer entries that was logged later does not stand in the way."""
    made = house()
    say_index(made)
    say_index(made, body(made, 4))
    with made.store.reading() as reading:
        found = prove_closure(reading, RANGES)
    assert found.entry.index == 10
    assert found.members == (0, 1, 2, 3, 4, 5, 6, 7)
    assert [row.index for row in found.tail] == [10, 11]
    assert parse_index_proof(found.proof).entry == 10


def test_without_an_index_nothing_is_proved() -> None:
    """The sentence says what to run."""
    made = house()
    with made.store.reading() as reading, pytest.raises(NotFoundError, match="no index; run pledger log index"):
        prove_closure(reading, RANGES)


def test_tail_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many entries as the limit may follow, and with one more a new index is asked for."""
    made = house()
    say_index(made)
    made.say("party", "ee", PARTY)
    with made.store.reading() as reading:
        monkeypatch.setattr(module, "TAIL_LIMIT", 2)
        assert len(prove_closure(reading, RANGES).tail) == 2
        monkeypatch.setattr(module, "TAIL_LIMIT", 1)
        with pytest.raises(NotFoundError, match="its index covers 10 of them; run pledger log index"):
            prove_closure(reading, RANGES)


# --- a cheating operator ----------------------------------------------------------------------------------------------


class Cheat(House):
    """An operator whose program admits whatever index it likes."""

    def log_index(self, monkeypatch: pytest.MonkeyPatch, said: dict[str, Any]) -> None:
        """Log an index whose root nobody has checked."""
        with monkeypatch.context() as patched:
            patched.setattr("ledger.service.reference.refuse_wrong_root", lambda *_: None)
            say_index(self, said)


def cheat(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> Cheat:
    """Return a ledger with an index of another root."""
    made = Cheat()
    made.set_up()
    made.say("evidence", "series:export/bb/aa", evidence())
    made.log_index(monkeypatch, body(made, **{"root": "A" * 43, **changes}))
    return made


def test_check_finds_a_wrong_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """``log check`` recomputes every index; an honest one is sound."""
    made = cheat(monkeypatch)
    with made.store.reading() as reading:
        found = check_log(reading, made.blobs).findings
    assert [(one.code, one.subject) for one in found] == [("index.root-mismatch", "entry 8")]
    honest = house()
    say_index(honest)
    with honest.store.reading() as reading:
        assert check_log(reading, honest.blobs).is_sound


def test_check_finds_an_index_of_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """An index of more entries than stand before it is none."""
    made = cheat(monkeypatch, size=9)
    with made.store.reading() as reading:
        assert [one.code for one in check_log(reading, made.blobs).findings] == ["index.size"]


def test_import_and_mirror_refuse_a_wrong_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither makes a copy of what its own entries contradict."""
    site = exported(cheat(monkeypatch))
    with pytest.raises(MalformedError, match="another root"):
        import_log(site, MemoryStore(), MemoryBlobs())
    copy = MemorySite()
    with pytest.raises(MalformedError, match="completeness index that entry 8"):
        mirror(site, copy)
    assert "checkpoint" not in copy.files


def test_import_and_mirror_take_an_honest_one() -> None:
    """A mirror that is behind reads what it has already, where a new index covers that."""
    made = house()
    copy = MemorySite()
    mirror(exported(made), copy)
    say_index(made)
    site = exported(made)
    assert mirror(site, copy).front.checkpoint.size == 11
    assert import_log(site, MemoryStore(), MemoryBlobs()).front.checkpoint.size == 11


@pytest.mark.parametrize("how", ["store", "site"])
def test_monitor_convicts_the_log_of_a_wrong_root(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """The fraud proof holds by itself, for whoever has the log's keys (docs/watching.md)."""
    made = cheat(monkeypatch)
    with made.store.reading() as reading:
        tree = StoreTree(reading, "the ledger") if how == "store" else SiteTree(exported(made))
        watched = watch(ORIGIN, LOG_KEYS, [tree])
    (proof,) = watched.proofs
    assert isinstance(proof, Misindex)
    assert judge(proof, LOG_KEYS).is_shown
    assert [one.code for one in watched.findings] == ["log.misindex"]


def test_monitor_says_what_it_cannot_prove(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the entries are too many for a proof, the finding says where one may come from."""
    made = cheat(monkeypatch)
    monkeypatch.setattr("ledger.service.monitor.HEADERS_ROOM", 1000)
    with made.store.reading() as reading:
        watched = watch(ORIGIN, LOG_KEYS, [StoreTree(reading, "the ledger")])
    assert watched.proofs == ()
    assert [one.code for one in watched.findings] == ["index.root-mismatch"]


def test_monitor_finds_nothing_in_an_honest_log() -> None:
    """Neither at first sight nor when only the index is new."""
    made = house()
    known = made.store.state.head.checkpoint
    say_index(made)
    with made.store.reading() as reading:
        tree = StoreTree(reading, "the ledger")
        assert watch(ORIGIN, LOG_KEYS, [tree]).is_sound
        assert watch(ORIGIN, LOG_KEYS, [tree], known=known).is_sound


@pytest.mark.parametrize("is_known", [False, True])
def test_audit_convicts_the_log_of_an_omission(monkeypatch: pytest.MonkeyPatch, is_known: bool) -> None:
    """An index without the evidence, and an audit that rests on it: however long the log, that is proof enough.

    It is found though the monitor has seen the index before.
    """
    made = Cheat()
    made.set_up()
    made.say("evidence", "series:export/bb/aa", evidence())
    lines = headers(made)
    false = [one for number, one in enumerate(lines) if number != 7]
    made.log_index(monkeypatch, {"size": 7, "root": encode_base64url(root_of(lines[:7]))})  # honest, of fewer
    records = sorted([*header_records(false), *header_records([headers(made)[8]])])
    made.log_index(monkeypatch, {"size": 8, "root": encode_base64url(hash_records(records).root)})
    known = made.store.state.head.checkpoint if is_known else None
    made.say("position", "grain", POSITION)
    carried = Carried("audit.zip", *_shown(records, entry=9))
    with made.store.reading() as reading:
        watched = watch(ORIGIN, LOG_KEYS, [StoreTree(reading, "the ledger")], carried=[carried], known=known)
    (proof,) = watched.proofs
    assert isinstance(proof, Omission)
    assert proof.index == 7
    assert judge(proof, LOG_KEYS).is_shown
    assert [one.code for one in watched.findings] == ["log.omission"]


def _shown(records: list[bytes], *, entry: int) -> tuple[IndexProof, tuple[bytes, ...]]:
    """Return what an audit would show of a false index: the proof, and the records of its headers."""
    found = locate(records, RANGES)
    return make_index_proof(entry, found, hash_records(records, found.gaps).hashes), found.members


def test_honest_audit_convicts_nobody() -> None:
    """What an audit shows of an honest index is what the log has."""
    made = house()
    say_index(made)
    with made.store.reading() as reading:
        records = sorted(stored_records(reading, 10))
        carried = Carried("audit.zip", *_shown(records, entry=10))
        assert watch(ORIGIN, LOG_KEYS, [StoreTree(reading, "the ledger")], carried=[carried]).is_sound


def test_index_statement_that_is_not_served_is_a_finding() -> None:
    """A monitor cannot hold against the entries what it is not shown."""
    made = house()
    say_index(made)
    site = exported(made)
    name = json.loads(headers(made)[10])["statement"][7:]
    del site.files[f"statement/{name}"]
    watched = watch(ORIGIN, LOG_KEYS, [SiteTree(site)])
    assert [one.code for one in watched.findings] == ["index.unread"]
