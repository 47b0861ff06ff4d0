"""Erasing: who may, what may go, what has to be said of it, and that it is carried out whole (design §2.3)."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from ledger.errors import ConflictError, MalformedError, NotFoundError, PledgerError, RefusedError, UsageError
from ledger.service.check import check_log
from ledger.service.erase import finish, logged_erasures, plan_erasure
from ledger.service.naming import needles
from ledger.service.publish import make_receipt
from ledger.signing.canonical import digest
from ledger.tlog.proof import verify_receipt
from tests.unit.service.scenario import CSV, KEYS, LOG_KEYS, PARTY, POSITION, RAW, House, evidence
from tests.unit.service.static import add_positions, built, log

SERIES = "series:export/bb/aa"
WORLD = "series:export/bb/*"
NOBODY = "sha256:" + "0" * 64
MAPPING = digest(b"mapping")
EVIDENCE, POSITIONS = 7, (8, 9, 10)
"""Where the ledger that is built here has its evidence and its positions."""


def name_of(house: House, index: int) -> str:
    """Return the name of an entry's statement."""
    return f"sha256:{house.store.state.rows[index].statement.hex()}"


def erasure(*digests: str, affects: tuple[str, ...] = (), reason: str = "it named a person") -> dict[str, Any]:
    """Return the body of an erasure."""
    return {"digests": list(digests), "affects": list(affects), "ground": "a court order", "reason": reason}


def erase(house: House, subject: str, *digests: str, **changes: Any) -> str:
    """Sign and publish an erasure."""
    body = erasure(*digests, **{name: changes.pop(name) for name in ("affects", "reason") if name in changes})
    return house.say("erasure", subject, body, **{"key": "operator", **changes})


def two_series() -> House:
    """Return a ledger in which a second series names the same raw file and mapping as the first."""
    house = built()
    other = evidence(redistribute=True)
    other = {**other, "dimensions": {**other["dimensions"], "partner": "*"}, "authority_of": "bb"}
    house.say("evidence", WORLD, other)
    return house


def mended() -> House:
    """Return a ledger in which entry 7 corrects a party's name, and entry 8 takes a commitment back."""
    house = House().set_up()
    house.say("party", "aa", {**PARTY, "names": {"en": "Another state"}}, corrects=name_of(house, 3))
    taken = {"statement": name_of(house, 6), "ground": "recorded_in_error", "date": "2026-01-02", "reason": "a slip"}
    house.say("retraction", "grain", taken)
    return house


def after_erasure(house: House) -> House:
    """Return a ledger that has erased a position."""
    erase(house, "grain", name_of(house, 8))
    return house


REFUSED: dict[str, tuple[Callable[[], House], Callable[[House], Any], type[PledgerError], str]] = {
    "by a key that is not the operator's": (
        built, lambda h: erase(h, "grain", name_of(h, 8), key="desk"), RefusedError, "the role operator",
    ),
    "of the charter": (
        built, lambda h: erase(h, "example.org/test", h.genesis), RefusedError, "by which others are judged",
    ),
    "of a key": (
        built, lambda h: erase(h, KEYS["desk"].kid, name_of(h, 1)), RefusedError, "by which others are judged",
    ),
    "of an erasure": (
        lambda: after_erasure(built()), lambda h: erase(h, "grain", name_of(h, 11)), RefusedError, "kind erasure",
    ),
    "of what is not there": (built, lambda h: erase(h, "grain", NOBODY), NotFoundError, "no statement and no file"),
    "of what was erased": (
        lambda: after_erasure(built()), lambda h: erase(h, "grain", name_of(h, 8), reason="asked again"),
        ConflictError, "entry 11 already",
    ),
    "of another subject's statement": (
        built, lambda h: erase(h, "aa", name_of(h, 8)), MalformedError, "one subject at a time",
    ),
    "of a statement and another subject's": (
        built, lambda h: erase(h, "grain", name_of(h, 8), name_of(h, EVIDENCE)), MalformedError, "one subject",
    ),
    "of a statement that comes after it": (
        built,
        lambda h: str(h.publish(
            h.sign("erasure", "grain", erasure(digest(late := h.sign("position", "grain", POSITION))), key="operator"),
            late,
        )),
        NotFoundError, "no statement and no file",
    ),
    "of a file that nobody is said to miss": (
        built, lambda h: erase(h, SERIES, digest(RAW)), RefusedError, r"entry 7 \(evidence series:export/bb/aa\)",
    ),
    "of a file that another series names too": (
        two_series, lambda h: erase(h, SERIES, digest(RAW), affects=(name_of(h, EVIDENCE),)),
        RefusedError, r"entry 11 \(evidence series:export/bb/\*\)",
    ),
    "of a file together with one of the two that name it": (
        two_series, lambda h: erase(h, SERIES, name_of(h, EVIDENCE), digest(RAW)), RefusedError, "entry 11",
    ),
    "of a file under a subject that does not name it": (
        built, lambda h: erase(h, "grain", digest(RAW), affects=(name_of(h, EVIDENCE),)),
        MalformedError, "No statement about grain names",
    ),
    "of a file that is held, and that no statement names": (
        built, lambda h: erase(h, SERIES, h.blobs.keep(b"a stray")), MalformedError, "names the file",
    ),
    "that affects a statement without the file": (
        built, lambda h: erase(h, SERIES, digest(RAW), affects=(name_of(h, EVIDENCE), name_of(h, 8))),
        MalformedError, "said to stand without a file",
    ),
    "that affects nobody by a body": (
        built, lambda h: erase(h, "grain", name_of(h, 8), affects=(name_of(h, 9),)), MalformedError, "stand without",
    ),
    "of a correction alone, whose mistake would stand again": (
        mended, lambda h: erase(h, "aa", name_of(h, 7)), ConflictError, "would stand again",
    ),
    "of a retraction alone": (mended, lambda h: erase(h, "grain", name_of(h, 8)), ConflictError, "would stand again"),
    "that names a digest twice": (
        built, lambda h: erase(h, "grain", name_of(h, 8), name_of(h, 8)), MalformedError, "names a digest twice",
    ),
    "that corrects another": (
        lambda: after_erasure(built()),
        lambda h: erase(h, "grain", name_of(h, 9), corrects=name_of(h, 11)), RefusedError, "not corrected by corrects",
    ),
    "and its retraction": (
        lambda: after_erasure(built()),
        lambda h: h.say("retraction", "grain", {
            "statement": name_of(h, 11), "ground": "recorded_in_error", "date": "2026-01-02", "reason": "regret",
        }, key="operator"),
        RefusedError, "is not retracted",
    ),
    "and the same statement once more": (
        lambda: after_erasure(built()),
        lambda h: h.say("position", "grain", {**POSITION, "note": "number 8"}), ConflictError, "entry 11, and is not",
    ),
    "and a statement that replies to it": (
        lambda: after_erasure(built()),
        lambda h: h.say("position", "grain", {**POSITION, "replies_to": name_of(h, 8)}), ConflictError, "entry 11",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_erasure_that_may_not_stand_is_refused_and_nothing_goes(case: str) -> None:
    """Each refusal names its reason; log, bodies and files are what they were (design §2.2, §2.3)."""
    make, act, error, reason = REFUSED[case]
    house = make()
    before, held = house.store.state.copy(), set(house.blobs.held)
    with pytest.raises(error, match=reason):
        act(house)
    assert house.store.state == before
    assert held <= set(house.blobs.held)


def sound(house: House) -> None:
    """See that the check finds nothing."""
    with house.store.reading() as reading:
        assert check_log(reading, house.blobs, genesis=house.genesis).findings == ()


def test_erased_statement_is_gone_with_the_digest_of_its_payload_and_every_proof_stands() -> None:
    """The body goes in the transaction that logs why; headers, chain, tree and old receipts verify (design §2.3)."""
    house = built()
    with house.store.reading() as reading:
        receipts = [make_receipt(reading, row) for row in reading.rows(0, 11)]
    erase(house, "grain", name_of(house, 8))
    row = house.store.state.rows[8]
    assert (row.jws, row.payload, house.store.state.erasures) == (None, None, {8: 11})
    assert house.store.purged == 1
    with house.store.reading() as reading:
        for index, receipt in enumerate(receipts):
            assert make_receipt(reading, house.store.state.rows[index]) == receipt
            assert verify_receipt(receipt, log=LOG_KEYS) == ()
    sound(house)


def test_statement_goes_with_all_its_files_and_the_check_asks_for_none() -> None:
    """A statement may be erased with the files that it alone names; no other body is touched (design §2.3)."""
    house = built()
    erase(house, SERIES, name_of(house, EVIDENCE), digest(RAW), digest(CSV), MAPPING)
    assert house.blobs.held == {}
    assert [row.index for row in house.store.state.rows if row.jws is None] == [EVIDENCE]
    sound(house)


def test_file_goes_and_those_who_name_it_stand_and_are_told_of() -> None:
    """A file may be erased alone, once every statement that names it is said to stand without it (design §2.3)."""
    house = two_series()
    erase(house, SERIES, digest(RAW), affects=(name_of(house, EVIDENCE), name_of(house, 11)))
    assert digest(RAW) not in house.blobs.held
    assert digest(CSV) in house.blobs.held
    sound(house)


def test_two_subjects_lose_a_common_file_in_one_batch() -> None:
    """What is about two subjects takes two statements; the file goes with the last that names it (design §2.3)."""
    house = two_series()
    house.publish(
        house.sign("erasure", WORLD, erasure(name_of(house, 11)), key="operator"),
        house.sign("erasure", SERIES, erasure(name_of(house, EVIDENCE), digest(RAW)), key="operator"),
    )
    assert house.store.state.erasures == {11: 12, EVIDENCE: 13}
    assert digest(RAW) not in house.blobs.held
    sound(house)


def test_file_of_a_statement_that_was_erased_before_may_follow_it() -> None:
    """No body names it any more; that its subject has lost a statement is all that can be asked (design §2.3)."""
    house = built()
    erase(house, SERIES, name_of(house, EVIDENCE))
    erase(house, SERIES, digest(CSV))
    assert digest(CSV) not in house.blobs.held
    sound(house)


def test_mistake_and_its_correction_go_together_and_the_name_is_free() -> None:
    """A correction goes with what it mends, and the name can be recorded anew without what was erased (R1)."""
    house = mended()
    erase(house, "aa", name_of(house, 7), name_of(house, 3))
    house.say("party", "aa", {**PARTY, "names": {"en": "A third name"}})
    sound(house)


def test_statement_published_and_erased_in_one_batch_leaves_its_header() -> None:
    """An erasure may follow what it erases in the same batch (design §2.3)."""
    house = built()
    late = house.sign("position", "grain", POSITION)
    house.publish(late, house.sign("erasure", "grain", erasure(digest(late)), key="operator"))
    assert (house.store.state.rows[11].jws, house.store.state.erasures) == (None, {11: 12})
    sound(house)


def test_file_that_was_erased_is_not_submitted_again() -> None:
    """What was erased comes back by no door: evidence that names it is refused (design §2.3)."""
    house = built()
    erase(house, SERIES, name_of(house, EVIDENCE), digest(RAW))
    house.blobs.keep(RAW)
    with pytest.raises(ConflictError, match="erased by entry 11, and is not recorded again"):
        house.say("evidence", SERIES, evidence(redistribute=True))
    with house.store.reading() as reading:
        found = check_log(reading, house.blobs).findings
    assert [one.code for one in found] == ["erasure.unfinished"]


def test_repeated_erasure_gets_its_first_receipt() -> None:
    """The same words by the same key are one statement, an erasure's too (design §2.2)."""
    house = built()
    raw = house.sign("erasure", "grain", erasure(name_of(house, 8)), key="operator")
    first, again = house.publish(raw), house.publish(raw)
    assert (first.places[0].index, again.places[0].index, again.places[0].repeated) == (11, 11, True)


@pytest.mark.parametrize("step", ["before erase", "after erase", "before swap", "before commit"])
def test_failure_before_the_commit_leaves_everything(step: str) -> None:
    """Entry, note and deletion are one transaction: before it is done nothing is gone (design §2.5)."""
    house = built()
    before = house.store.state.copy()

    def fail(at: str) -> None:
        if at == step:
            message = "the disk is gone"
            raise OSError(message)

    house.store.fault = fail
    with pytest.raises(OSError, match="the disk is gone"):
        erase(house, SERIES, name_of(house, EVIDENCE), digest(CSV))
    assert house.store.state == before
    assert digest(CSV) in house.blobs.held


def test_what_a_crash_after_the_commit_leaves_is_finished_by_the_next_opening() -> None:
    """Files go after the commit; whoever opens the ledger next removes those that are left (design §2.3, §2.5)."""
    house = built()
    remove, left = house.blobs.remove, []

    def crash(name: str) -> bool:
        left.append(name)
        message = "killed"
        raise KeyboardInterrupt(message)

    house.blobs.remove = crash  # type: ignore[method-assign, assignment]
    with pytest.raises(KeyboardInterrupt):
        erase(house, SERIES, name_of(house, EVIDENCE), digest(CSV))
    assert house.store.state.rows[EVIDENCE].jws is None
    assert digest(CSV) in house.blobs.held
    house.blobs.remove = remove  # type: ignore[method-assign]
    assert finish(house.store, house.blobs) == (digest(CSV),)
    assert digest(CSV) not in house.blobs.held
    assert finish(house.store, house.blobs) == ()
    sound(house)


def test_ledger_that_erased_nothing_has_nothing_to_finish() -> None:
    """Opening an ordinary ledger asks the store for nothing (design §2.3)."""
    house = built()
    assert finish(house.store, house.blobs) == ()
    assert house.store.purged == 0


def test_plan_names_what_goes_and_what_stays() -> None:
    """The body by default; of files those that are named, with who stands without them (design §2.3)."""
    house = two_series()
    with house.store.reading() as reading:
        options = {"ground": "a court order", "reason": "it named a person"}
        whole = plan_erasure(reading, house.blobs, 8, is_body=True, files=(), affects=(), **options)
        files = plan_erasure(
            reading, house.blobs, EVIDENCE, is_body=False, files=[digest(RAW)], affects=[11], **options
        )
        with pytest.raises(UsageError, match="what is to be erased"):
            plan_erasure(reading, house.blobs, 8, is_body=False, files=(), affects=(), **options)
        with pytest.raises(NotFoundError, match="no entry 99"):
            plan_erasure(reading, house.blobs, 99, is_body=True, files=(), affects=(), **options)
    assert (whole.subject, whole.body, whole.left) == ("grain", erasure(name_of(house, 8)), ())
    assert files.body == erasure(digest(RAW), affects=(name_of(house, EVIDENCE), name_of(house, 11)))
    assert files.left == tuple(sorted((digest(CSV), MAPPING)))


@pytest.mark.parametrize("before", [b"", b"a", b"ab", b"abc", b"abcd"])
def test_digest_is_found_in_base64_wherever_it_begins(before: bytes) -> None:
    """A digest inside of a JWS is seen without opening it, at each of the three places in a group (RFC 4648 §4)."""
    for after in (b"", b"x", b"yz"):
        spelt = base64.urlsafe_b64encode(before + digest(RAW).encode() + after)
        assert any(needle in spelt for needle in needles([digest(RAW)]))
        assert not any(needle in spelt for needle in needles([NOBODY]))


def test_what_the_log_erases_is_told_with_the_first_entry_that_does() -> None:
    """Each digest comes with its erasure's index (design §2.3)."""
    house = built()
    names = [name_of(house, index) for index in (8, 9)]
    erase(house, "grain", names[0])
    erase(house, "grain", names[1])
    with house.store.reading() as reading:
        assert logged_erasures(reading) == {names[0]: 11, names[1]: 12}


# --- what the check makes of erasures that were not carried out by the book -------------------------------------------


def forged(house: House, body: dict[str, Any], *, subject: str = "grain", key: str = "operator") -> House:
    """Log an erasure that nobody admitted."""
    log(house, house.sign("erasure", subject, body, key=key), kind="erasure", subject=subject)
    return house


def lose(house: House, index: int, by: int | None) -> House:
    """Remove a body, with a note of the store's or without."""
    if by is None:
        house.store.state.rows[index] = house.store.state.rows[index]._replace(jws=None, payload=None)
    else:
        house.store.state.erase([(index, by)])
    return house


def later_named() -> House:
    """Return a ledger in which an erasure names a body that is logged after it, and that is gone."""
    house = built()
    late = house.sign("position", "grain", POSITION)
    forged(house, erasure(digest(late)))
    log(house, late, kind="position", subject="grain")
    return lose(house, 12, 11)


def drop(house: House, *files: str) -> House:
    """Remove files."""
    for one in files:
        del house.blobs.held[one]
    return house


def later_file() -> House:
    """Return a ledger in which an erasure names the raw file of evidence that is logged after it."""
    house = House().set_up()
    for raw in (RAW, CSV, b"mapping"):
        house.blobs.held[digest(raw)] = raw
    forged(house, erasure(digest(RAW)), subject=SERIES)
    log(house, house.sign("evidence", SERIES, evidence()), kind="evidence", subject=SERIES)
    return drop(house, digest(RAW))


UNSOUND: dict[str, tuple[Callable[[], House], set[str]]] = {
    "a body that nobody erased": (lambda: lose(built(), 8, None), {"statement.missing"}),
    "a body by the door of an erasure that names another": (
        lambda: lose(after_erasure(built()), 9, 11), {"statement.missing"},
    ),
    "a body erased by who may not": (
        lambda: lose(forged(h := built(), erasure(name_of(h, 8)), key="desk"), 8, 11), {"statement.refused"},
    ),
    "a body erased under another subject": (
        lambda: lose(forged(h := built(), erasure(name_of(h, 8)), subject="aa"), 8, 11),
        {"statement.missing", "statement.refused"},
    ),
    "a body erased before it was logged": (later_named, {"statement.missing", "statement.refused"}),
    "a key that was erased": (
        lambda: lose(forged(h := built(), erasure(name_of(h, 2)), subject=KEYS["other"].kid), 2, 11),
        {"statement.missing", "statement.refused"},
    ),
    "a body that was erased and is held": (
        lambda: forged(h := built(), erasure(name_of(h, 8))), {"erasure.unfinished"},
    ),
    "a body that is gone without the door": (
        lambda: lose(forged(h := built(), erasure(name_of(h, 8))), 8, None), {"erasure.unnoted"},
    ),
    "a body that was erased twice": (
        lambda: forged(h := after_erasure(built()), erasure(name_of(h, 8), reason="again")), {"statement.refused"},
    ),
    "a file erased under a subject that does not name it": (
        lambda: drop(forged(h := built(), erasure(digest(RAW), affects=(name_of(h, EVIDENCE),))), digest(RAW)),
        {"statement.refused"},
    ),
    "a file erased under a subject of nothing": (
        lambda: drop(
            forged(h := built(), erasure(digest(RAW), affects=(name_of(h, EVIDENCE),)), subject="talks"), digest(RAW)
        ), {"statement.refused"},
    ),
    "a file that only a later statement names": (later_file, {"statement.refused", "evidence.file"}),
    "a file that was erased and is held": (
        lambda: forged(h := built(), erasure(digest(RAW), affects=(name_of(h, 7),)), subject=SERIES),
        {"erasure.unfinished"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", UNSOUND)
def test_check_excuses_exactly_what_a_logged_erasure_names(case: str) -> None:
    """A withheld body is no erased one, and an erasure that was not carried out is told (design §2.3)."""
    make, expected = UNSOUND[case]
    house = make()
    with house.store.reading() as reading:
        found = check_log(reading, house.blobs, genesis=house.genesis).findings
    assert {one.code for one in found} == expected


def test_positions_after_an_erasure_are_published_as_before() -> None:
    """A ledger that has erased goes on, and what it says again is recognised (design §2.2)."""
    house = after_erasure(built())
    add_positions(house, 2)
    sound(house)
    assert house.store.state.head.size == 14
